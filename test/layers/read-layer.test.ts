import { completeLayer, readLayer } from '../../src/layers/read-layer.ts';

const DEFAULTS = { activation: 'relu', vocabulary: 9 };

describe('readLayer', () => {
  it.each([
    [{ type: 'dense', units: 3 }, '(dense) has activation undefined'],
    [{ type: 'dense', units: 3, activation: 'relu', rate: 1 }, 'the unknown key "rate"'],
    [{ type: 'lstmm' }, 'the unknown type "lstmm"; did you mean "lstm"?'],
    [{ units: 3 }, 'the unknown type undefined'],
    [{ type: 'flatten', inputs: [] }, '(flatten) has inputs []'],
    [{ type: 'flatten', name: 3 }, '(flatten) has name 3'],
    [{ type: 'bidirectional', merge: 'sum', layer: { type: 'lstm', units: 3 } }, 'has layer {"type":"lstm"'],
    [{ type: 'bidirectional', merge: 'sum', layer: { type: 'dense', units: 3 } }, 'has layer {"type":"dense"'],
    [{ type: 'constructor' }, 'the unknown type "constructor"'],
  ])('refuses %j', (layer, problem) => {
    expect(readLayer(layer)).toEqual({ problem: expect.stringContaining(problem) });
  }); // prettier-ignore

  it('takes every layer once what may be left out is put in', () => {
    const given = [
      { type: 'conv1d', filters: 3 },
      { type: 'averagePooling1d' },
      { type: 'embedding', units: 4 },
      { type: 'bidirectional', layer: { type: 'simpleRnn', units: 3 } },
      { type: 'gru', units: 3, name: 'read', inputs: ['input'] },
      { type: 'multiHeadAttention', heads: 2, keyUnits: 4 },
      { type: 'positionalEncoding' },
    ];
    const read = given.map((layer) => readLayer(completeLayer(layer, DEFAULTS)));
    expect(read.map((result) => ('layer' in result ? result.layer : result.problem))).toEqual([
      { type: 'conv1d', filters: 3, kernelSize: 3, strides: 1, padding: 'same', activation: 'relu' },
      { type: 'averagePooling1d', poolSize: 2 },
      { type: 'embedding', units: 4, vocabulary: 9, maskZero: true },
      {
        type: 'bidirectional',
        merge: 'concat',
        layer: { type: 'simpleRnn', units: 3, activation: 'tanh', returnSequences: false },
      },
      { type: 'gru', units: 3, returnSequences: false, reverse: false, name: 'read', inputs: ['input'] },
      { type: 'multiHeadAttention', heads: 2, keyUnits: 4, causal: false },
      { type: 'positionalEncoding', kind: 'sinusoidal' },
    ]); // prettier-ignore
  });
});
