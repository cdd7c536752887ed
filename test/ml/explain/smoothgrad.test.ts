import { scoreGradientFunction } from '../../../src/ml/explain/classifier-functions.ts';
import { smoothGrad } from '../../../src/ml/explain/smoothgrad.ts';
import { distance } from './golden-game.ts';
import { golden, goldenClassifier } from './gradient-golden.ts';

const { mlp, cnn } = golden;

describe('scoreGradientFunction', () => {
  it.each(['mlp', 'cnn'] as const)('equals a gradient tape over a score, %s', async (kind) => {
    const classifier = await goldenClassifier(kind);
    const x = Float32Array.from(kind === 'mlp' ? mlp.row : cnn.picture);
    const slopes = await scoreGradientFunction(classifier)(x, 1, kind === 'mlp' ? 2 : 1);
    classifier.dispose();
    expect(distance(slopes, golden[kind].saliency)).toBeLessThan(1e-5);
  });
});

describe('smoothGrad', () => {
  it('equals a gradient tape with given noise', async () => {
    const classifier = await goldenClassifier('mlp');
    let next = 0;
    const slopes = await smoothGrad({
      gradient: scoreGradientFunction(classifier),
      row: Float32Array.from(mlp.row),
      classIndex: mlp.classIndex,
      noise: new Float64Array(4).fill(1),
      samples: 5,
      normal: () => mlp.noise[next++]!,
    });
    classifier.dispose();
    expect(next).toBe(20);
    expect(distance(slopes, mlp.smooth)).toBeLessThan(1e-5);
  });

  it('is the gradient itself without noise, and scales the noise by value', async () => {
    const given: number[] = [];
    const slopes = await smoothGrad({
      gradient: (x, rows) => {
        given.push(...x);
        return Promise.resolve(new Float64Array(rows * 2).map((_, at) => 3 * (at % 2) + 1));
      },
      row: Float32Array.from([5, 7]),
      classIndex: 0,
      noise: Float64Array.from([0, 2]),
      samples: 3,
      normal: () => 1,
    });
    expect(given).toEqual([5, 9, 5, 9, 5, 9]);
    expect(distance(slopes, [1, 4])).toBeLessThan(1e-12);
  });
});
