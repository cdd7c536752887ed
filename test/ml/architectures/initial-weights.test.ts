import type { LayerSpec } from '../../../src/layers/layer-spec.ts';
import { inferShapes } from '../../../src/ml/architectures/infer-shapes.ts';
import { initialWeights } from '../../../src/ml/architectures/initial-weights.ts';

const draw = (inputShape: readonly number[], ...layers: LayerSpec[]): Float32Array =>
  initialWeights(inferShapes(inputShape, layers), 3);

const lstm: LayerSpec = { type: 'lstm', units: 5, returnSequences: false, reverse: false };
const dense: LayerSpec = { type: 'dense', units: 4, activation: 'relu' };

describe('initialWeights', () => {
  it('makes the rows of recurrent kernels orthogonal, and opens the forget gate', () => {
    const weights = draw([7, 3], lstm);
    const recurrent = weights.slice(3 * 20, 3 * 20 + 5 * 20);
    for (let one = 0; one < 5; one += 1) {
      for (let other = 0; other < 5; other += 1) {
        let product = 0;
        for (let at = 0; at < 20; at += 1) {
          product += recurrent[one * 20 + at]! * recurrent[other * 20 + at]!;
        }
        expect(product).toBeCloseTo(one === other ? 1 : 0, 6);
      }
    }
    const bias = [...weights.slice(-20)];
    expect(bias).toEqual([0, 1, 0, 0].flatMap((value) => Array<number>(5).fill(value)));
  });

  it('draws each layer by its name, wherever it stands', () => {
    const named: LayerSpec = { ...dense, name: 'head' };
    const alone = draw([4], named);
    const after = draw([4], { ...dense, name: 'stem' }, named);
    expect(after.slice(alone.length)).toEqual(alone);
    expect(after.slice(0, alone.length)).not.toEqual(alone);
  });

  it('draws what it drew before layers had names', () => {
    // Recorded from version 1 of the generator: stored seeds must keep their networks.
    const weights = draw([3], { type: 'dense', units: 2, activation: 'relu' });
    expect([...weights]).toEqual(RECORDED);
  });
});

const RECORDED = [
  0.08444123715162277, 0.04279176518321037, -0.014281430281698704, -0.8534425497055054,
  1.003015398979187, -0.3536413609981537, 0, 0,
];
