import {
  differentiableFunction,
  gradientFunction,
} from '../../../src/ml/explain/classifier-functions.ts';
import {
  drawPathPoints,
  expectedGradients,
  type ExpectedGradientsOptions,
} from '../../../src/ml/explain/expected-gradients.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { distance } from './golden-game.ts';
import { golden, goldenClassifier } from './gradient-golden.ts';

const { mlp } = golden;
const random = (seed = 0) => new CounterRandom({ seed, stream: 'test' });
const background = {
  x: Float32Array.from(mlp.background.flat()),
  rows: mlp.background.length,
  values: 4,
};

const WEIGHTS = [0.05, -0.1, 0.02, 0.07];
/** p = 0.5 + w·x of the first of two classes. */
const linear: Pick<ExpectedGradientsOptions, 'model' | 'gradient'> = {
  model: (x, rows) =>
    Promise.resolve(
      Float64Array.from({ length: 2 * rows }, (_, at) => {
        const p = WEIGHTS.reduce((sum, w, i) => sum + w * x[4 * (at >> 1) + i]!, 0.5);
        return at % 2 === 0 ? p : 1 - p;
      }),
    ),
  gradient: (_, rows, classIndex) =>
    Promise.resolve(
      Float64Array.from({ length: 4 * rows }, (_, at) => (1 - 2 * classIndex) * WEIGHTS[at % 4]!),
    ),
};
const row = Float32Array.from(mlp.row);

describe('expectedGradients', () => {
  it('equals a gradient tape at given points', async () => {
    const classifier = await goldenClassifier('mlp');
    const found = await expectedGradients({
      model: differentiableFunction(classifier),
      gradient: gradientFunction(classifier),
      row,
      background,
      classIndex: mlp.classIndex,
      draws: mlp.draws,
    });
    classifier.dispose();
    expect(distance(found.attributions, mlp.expected)).toBeLessThan(1e-5);
    expect(found.samplingError).toBeCloseTo(Math.max(...mlp.standardError), 5);
    expect(found.output).toBeCloseTo(mlp.output, 5);
    expect(found.baseOutput).toBeCloseTo(mlp.baseOutput, 5);
    const sum = mlp.expected.reduce((total, value) => total + value, 0);
    expect(found.error).toBeCloseTo(Math.abs(sum - (mlp.output - mlp.baseOutput)), 5);
    expect(found.evaluations).toBe(60 + 3 + 1);
  });

  it('gives w(x − x′) for every draw on a linear model, so that one row draws without error', async () => {
    for (const [from, t] of [
      [0, 0.9],
      [1, 0],
      [2, 0.5],
    ] as const) {
      const draws = [{ from, t }];
      const found = await expectedGradients({ ...linear, row, background, classIndex: 1, draws });
      const own = WEIGHTS.map((w, i) => -w * (row[i]! - background.x[4 * from + i]!));
      expect(distance(found.attributions, own)).toBeLessThan(1e-12);
      expect(found.samplingError).toBe(1);
    }
    const one = { x: background.x.slice(0, 4), rows: 1, values: 4 };
    const draws = drawPathPoints(random(), 200, 1);
    const found = await expectedGradients({
      ...linear,
      row,
      background: one,
      classIndex: 0,
      draws,
    });
    expect(found.error).toBeLessThan(1e-9);
    expect(found.samplingError).toBeLessThan(1e-9);
  });

  it('estimates what the draws cost', async () => {
    const exact = WEIGHTS.map((w, i) => {
      const mean = (background.x[i]! + background.x[4 + i]! + background.x[8 + i]!) / 3;
      return w * (row[i]! - mean);
    });
    let [errors, estimates] = [0, 0];
    for (let seed = 0; seed < 40; seed += 1) {
      const draws = drawPathPoints(random(seed), 200, 3);
      const found = await expectedGradients({ ...linear, row, background, classIndex: 0, draws });
      errors += distance(found.attributions, exact);
      estimates += found.samplingError!;
    }
    expect(estimates / errors).toBeGreaterThan(0.5);
    expect(estimates / errors).toBeLessThan(2);
  });

  it('gives nothing where the background is the row, whatever the gradient', async () => {
    const own = { x: row, rows: 1, values: 4 };
    const gradient: ExpectedGradientsOptions['gradient'] = (_, rows) =>
      Promise.resolve(new Float64Array(4 * rows).fill(NaN));
    const draws = drawPathPoints(random(), 60, 1);
    const found = await expectedGradients({
      ...linear,
      gradient,
      row,
      background: own,
      classIndex: 0,
      draws,
    });
    expect([...found.attributions]).toEqual([0, 0, 0, 0]);
    expect(found.error).toBeLessThan(1e-12);
  });
});

describe('drawPathPoints', () => {
  it('takes every row alike and every place on the way', () => {
    const draws = drawPathPoints(random(), 6000, 3);
    for (const row of [0, 1, 2]) {
      const own = draws.filter(({ from }) => from === row);
      expect(Math.abs(own.length - 2000)).toBeLessThan(150);
      const mean = own.reduce((sum, { t }) => sum + t, 0) / own.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.03);
    }
    expect(Math.min(...draws.map(({ t }) => t))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws.map(({ t }) => t))).toBeLessThan(1);
    expect(drawPathPoints(random(), 5, 3)).toEqual(draws.slice(0, 5));
  });
});
