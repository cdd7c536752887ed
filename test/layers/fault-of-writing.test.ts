import { faultOfWriting } from '../../src/layers/fault-of-writing.ts';
import type { LayerSpec } from '../../src/layers/layer-spec.ts';

const INPUTS = [{ name: 'source' }, { name: 'target' }];
const embed = (input: string): LayerSpec => ({
  type: 'embedding',
  vocabulary: 9,
  units: 4,
  maskZero: true,
  inputs: [input],
  name: `${input}_0`,
});
const faultOf = (...layers: LayerSpec[]) => faultOfWriting({ inputs: INPUTS, layers });
const SIDES = [embed('source'), embed('target')];
/** The source is read by a layer after the one that is tested. */
const last: LayerSpec = {
  ...{ type: 'multiHeadAttention', heads: 1, keyUnits: 4, causal: false },
  inputs: ['tested', 'source_0'],
};
const tested = (layers: readonly LayerSpec[]): LayerSpec[] => [
  ...SIDES,
  ...layers.slice(0, -1),
  { ...(layers.at(-1) as LayerSpec), name: 'tested' },
  last,
];
const attention = { type: 'multiHeadAttention', heads: 1, keyUnits: 4 } as const;
const conv = { type: 'conv1d', filters: 4, kernelSize: 2, activation: 'linear' } as const;

describe('a network that writes a text', () => {
  it.each<[string, LayerSpec[]]>([
    ['causal attention', [{ ...attention, causal: true }]],
    [
      'attention to the source',
      [{ ...attention, causal: false, inputs: ['target_0', 'source_0'] }],
    ],
    [
      'a forward recurrent layer',
      [{ type: 'gru', units: 4, returnSequences: true, reverse: false }],
    ],
    ['a causal convolution', [{ ...conv, strides: 1, padding: 'causal' }]],
    ['layers of each place', [{ type: 'layerNormalization' }, { type: 'dropout', rate: 0.1 }]],
    [
      'sums of its places',
      [
        { type: 'positionalEncoding', kind: 'learned', name: 'placed' },
        { type: 'add', inputs: ['target_0', 'placed'] },
      ],
    ],
  ])('may have %s', (_, layers) => {
    expect(faultOf(...tested(layers))).toBeUndefined();
  });

  it.each<[string, LayerSpec, RegExp]>([
    ['attention to later places', { ...attention, causal: false }, /come later/],
    [
      'attention of the source to the target',
      { ...attention, causal: false, inputs: ['source_0', 'target_0'] },
      /come later/,
    ],
    ['a layer from the end', { type: 'lstm', units: 4, returnSequences: true, reverse: true }, /end/],
    ['the last state alone', { type: 'gru', units: 4, returnSequences: false, reverse: false }, /last/],
    ['both ends', { type: 'bidirectional', layer: { type: 'lstm', units: 4, returnSequences: true }, merge: 'sum' }, /mixes/],
    ['a centred convolution', { ...conv, strides: 1, padding: 'same' }, /come later/],
    ['a strided convolution', { ...conv, strides: 2, padding: 'causal' }, /come later/],
    ['means over places', { type: 'globalAveragePooling1d' }, /mixes/],
    ['all places in a row', { type: 'flatten' }, /mixes/],
    ['source and target place by place', { type: 'add', inputs: ['source_0', 'target_0'] }, /joins/],
  ])('may not have %s', (_, layer, message) => {
    expect(faultOf(...tested([layer]))).toMatchObject({
      index: 2,
      fault: { code: 'ARCHITECTURE_INVALID', found: expect.stringMatching(message) as string },
    });
  }); // prettier-ignore

  it('may do with the source what it likes', () => {
    const read: LayerSpec = { type: 'lstm', units: 4, returnSequences: true, reverse: true };
    const found: LayerSpec = { ...attention, causal: false, inputs: ['target_0', 'lstm_1'] };
    expect(faultOf(embed('source'), read, embed('target'), found)).toBeUndefined();
  });

  it('reads its target', () => {
    expect(faultOf(embed('source'))).toMatchObject({
      index: 0,
      fault: { found: expect.stringContaining('does not depend on the input "target"') as string },
    });
  });
});
