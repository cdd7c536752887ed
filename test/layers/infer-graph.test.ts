import { inferGraph, type LayerShape } from '../../src/layers/infer-graph.ts';
import type { LayerSpec } from '../../src/layers/layer-spec.ts';

const infer = (shape: readonly number[], ...layers: LayerSpec[]) =>
  inferGraph({ inputs: [{ name: 'input', shape }], layers });

function shapesOf(shape: readonly number[], ...layers: LayerSpec[]): readonly LayerShape[] {
  const inferred = infer(shape, ...layers);
  if ('fault' in inferred) throw new Error(inferred.fault.found);
  return inferred.shapes;
}

const dense = (units: number, more: Partial<LayerSpec> = {}): LayerSpec =>
  ({ type: 'dense', units, activation: 'relu', ...more }) as LayerSpec;
const recurrent = (type: 'lstm' | 'gru', units: number): LayerSpec => ({
  type,
  units,
  returnSequences: true,
  reverse: false,
});
const attention = (causal = false): LayerSpec => ({
  type: 'multiHeadAttention',
  heads: 2,
  keyUnits: 3,
  causal,
});

describe('inferGraph', () => {
  // Counted by keras.Model.count_params.
  it.each<[LayerSpec, number]>([
    [recurrent('lstm', 64), 24_832],
    [recurrent('gru', 64), 18_816],
    [{ type: 'simpleRnn', units: 64, activation: 'tanh', returnSequences: false, reverse: true }, 6_208],
    [{ type: 'bidirectional', layer: { type: 'lstm', units: 64, returnSequences: false }, merge: 'sum' }, 49_664],
    [{ type: 'conv1d', filters: 8, kernelSize: 3, strides: 1, padding: 'causal', activation: 'relu' }, 776],
    [attention(), 818],
    [{ type: 'positionalEncoding', kind: 'learned' }, 320],
    [{ type: 'positionalEncoding', kind: 'sinusoidal' }, 0],
    [dense(5), 165],
  ])('counts parameters as Keras does: $type', (layer, parameters) => {
    expect(shapesOf([10, 32], layer)[0]?.parameters).toBe(parameters);
  }); // prettier-ignore

  it('counts two operations for a multiplication and its addition', () => {
    const operations = (shape: number[], layer: LayerSpec) => shapesOf(shape, layer)[0]?.operations;
    expect(operations([7], dense(5))).toBe(2 * 7 * 5);
    expect(operations([10, 7], dense(5))).toBe(10 * 2 * 7 * 5);
    expect(operations([10, 7], recurrent('lstm', 3))).toBe(10 * 2 * (7 + 3) * 12);
    // Four projections, then scores and sums of 10 steps each.
    expect(operations([10, 7], attention())).toBe(4 * 10 * 2 * 7 * 6 + 2 * 10 * 2 * 10 * 6);
  });

  it('follows branches and joins them', () => {
    const shapes = shapesOf(
      [8],
      dense(4, { name: 'left' }),
      dense(4, { name: 'right', inputs: ['input'] }),
      { type: 'add', inputs: ['left', 'right'] },
      { type: 'concatenate', inputs: ['add_1', 'left', 'input'] },
    );
    expect(shapes.map(({ outputShape }) => outputShape)).toEqual([[4], [4], [4], [16]]);
    expect(shapes[3]?.sources).toEqual([{ layer: 2 }, { layer: 0 }, { input: 0 }]);
  });

  it('finds what is wrong even where sizes are not known, and nothing that they might allow', () => {
    const unknown = Number.NaN;
    const conv: LayerSpec = {
      type: 'conv2d', filters: 3, kernelSize: 5, strides: 1, padding: 'valid', activation: 'relu',
    }; // prettier-ignore
    expect(infer([unknown, unknown, 1], conv)).toHaveProperty('shapes');
    expect(infer([unknown], conv)).toMatchObject({ fault: { code: 'SHAPE_MISMATCH' }, index: 0 });
    const join: LayerSpec = { type: 'add', inputs: ['input', 'dense_1'] };
    expect(infer([unknown], dense(4), join)).toHaveProperty('shapes');
    expect(infer([3], dense(4), join)).toMatchObject({
      fault: { code: 'SHAPE_MISMATCH' },
      index: 1,
    });
  });

  it.each<[string, LayerSpec[], number]>([
    ['did you mean "stem"?', [dense(4, { name: 'stem' }), dense(4, { inputs: ['stam'] })], 1],
    ['comes after it, as layer 1', [dense(4, { inputs: ['b'] }), dense(4, { name: 'b' })], 0],
    ['which is itself', [dense(4, { name: 'a', inputs: ['a'] })], 0],
    ['named "a", as another layer', [dense(4, { name: 'a' }), dense(4, { name: 'a' })], 1],
    ['named "input"', [dense(4, { name: 'input' })], 0],
    ['named "dense_2"', [dense(4, { name: 'dense_2' }), dense(4)], 1],
    ['read by no other layer', [dense(4), dense(4, { inputs: ['input'] })], 0],
    ['takes 2 to 64 inputs and has 1', [{ type: 'add' }], 0],
    ['takes 1 inputs and has 2', [dense(4), dense(4, { inputs: ['input', 'dense_1'] })], 1],
    ['has units 0', [dense(0)], 0],
    ['takes [steps, features] but gets [8]', [recurrent('gru', 3)], 0],
    ['which has 8 values, not 6', [{ type: 'reshape', shape: [2, 3] }], 0],
    ['makes [0, 3]; its sizes must be positive', [{ type: 'reshape', shape: [0, 3] }], 0],
  ])('refuses with "%s"', (words, layers, index) => {
    const inferred = infer([8], ...layers);
    expect(inferred).toMatchObject({ index });
    const { found, remedy } = (inferred as { fault: { found: string; remedy?: string } }).fault;
    expect(`${found}; ${remedy}`).toContain(words);
  });

  it('lets causal attention look at as many steps only', () => {
    const inputs = [
      { name: 'query', shape: [4, 6] },
      { name: 'value', shape: [5, 6] },
    ];
    const layer = (causal: boolean) => ({ ...attention(causal), inputs: ['query', 'value'] });
    expect(inferGraph({ inputs, layers: [layer(false)] })).toHaveProperty('shapes');
    const refused = inferGraph({ inputs, layers: [layer(true)] });
    expect(refused).toMatchObject({ fault: { code: 'SHAPE_MISMATCH', key: 'causal' } });
  });
});
