import { gaussLegendre } from '../../../src/ml/explain/gauss-legendre.ts';
import {
  integratedGradients,
  type GradientFunction,
} from '../../../src/ml/explain/integrated-gradients.ts';
import type { ModelFunction } from '../../../src/ml/explain/model-function.ts';
import { distance } from './golden-game.ts';

const WEIGHTS = [0.75, -1.5, 2, 0.25];
const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
const logitAt = (x: Float32Array, row: number, scale: number) =>
  WEIGHTS.reduce((sum, w, i) => sum + scale * w * x[row * 4 + i]!, 0);

/** Two classes, p = σ(scale · w·x), in float64. */
const model =
  (scale: number): ModelFunction =>
  (x, rows) =>
    Promise.resolve(
      Float64Array.from({ length: 2 * rows }, (_, at) => {
        const p = sigmoid(logitAt(x, Math.floor(at / 2), scale));
        return at % 2 === 0 ? p : 1 - p;
      }),
    );

const gradient =
  (scale: number): GradientFunction =>
  (x, rows, classIndex) =>
    Promise.resolve(
      Float64Array.from({ length: 4 * rows }, (_, at) => {
        const p = sigmoid(logitAt(x, Math.floor(at / 4), scale));
        return (classIndex === 0 ? 1 : -1) * scale * WEIGHTS[at % 4]! * p * (1 - p);
      }),
    );

/**
 * p = Σₖ aₖ max(0, wₖ·x − bₖ), whose gradient jumps where a term sets in, and its integrated
 * gradients from 0: xᵢ Σₖ aₖ wₖᵢ (1 − bₖ / wₖ·x) over the terms that have set in at the row.
 */
function kinkedModel(row: Float32Array) {
  const terms = Array.from({ length: 12 }, (_, k) => {
    const w = WEIGHTS.map((_, i) => Math.sin(3 * k + 5 * i + 1));
    const end = w.reduce((sum, weight, i) => sum + weight * row[i]!, 0);
    return { w, a: 6 * Math.cos(7 * k), b: Math.abs(end) * (0.05 + 0.075 * k) };
  });
  const over = (x: Float32Array, at: number, { w, b }: (typeof terms)[number]) =>
    Math.max(0, w.reduce((sum, weight, i) => sum + weight * x[4 * at + i]!, 0) - b);
  const answer: ModelFunction = (x, rows) =>
    Promise.resolve(
      Float64Array.from({ length: rows }, (_, at) =>
        terms.reduce((sum, term) => sum + term.a * over(x, at, term), 0),
      ),
    );
  const slope: GradientFunction = (x, rows) =>
    Promise.resolve(
      Float64Array.from({ length: 4 * rows }, (_, at) =>
        terms.reduce((sum, term) => {
          const isOn = over(x, Math.floor(at / 4), term) > 0;
          return sum + (isOn ? term.a * term.w[at % 4]! : 0);
        }, 0),
      ),
    );
  const attributions = Array.from(row, (value, i) =>
    terms.reduce((sum, { w, a, b }) => {
      const end = w.reduce((total, weight, j) => total + weight * row[j]!, 0);
      return sum + (end > b ? value * a * w[i]! * (1 - b / end) : 0);
    }, 0),
  );
  return { model: answer, gradient: slope, attributions };
}

describe('integratedGradients', () => {
  it('shares the change by wᵢ xᵢ / w·x where the logit is linear', async () => {
    const row = Float32Array.of(1, 0.5, 0.75, -2);
    const found = await integratedGradients({
      model: model(1),
      gradient: gradient(1),
      row,
      classIndex: 0,
      steps: 20,
    });
    const logit = logitAt(row, 0, 1);
    const expected = WEIGHTS.map((w, i) => ((w * row[i]!) / logit) * (sigmoid(logit) - 0.5));
    expect(distance(found.attributions, expected)).toBeLessThan(1e-7);
    expect(found.gradients).toBe(20);
    expect(found.output).toBeCloseTo(sigmoid(logit), 12);
    expect(found.baseOutput).toBe(0.5);
  });

  it('starts from the baseline it is given', async () => {
    const row = Float32Array.of(1, 1, 1, 1);
    const baseline = Float32Array.of(1, 0, 1, 0);
    const found = await integratedGradients({
      model: model(1),
      gradient: gradient(1),
      row,
      baseline,
      classIndex: 1,
      steps: 20,
    });
    expect(Math.abs(found.attributions[0]!)).toBe(0);
    expect(Math.abs(found.attributions[2]!)).toBe(0);
    expect(found.baseOutput).toBeCloseTo(1 - sigmoid(2.75), 12);
    expect(found.error).toBeLessThan(1e-6);
  });

  it('cuts the path until complete, and counts every evaluation', async () => {
    const counted = { outputs: 0, gradients: 0 };
    const found = await integratedGradients({
      model: (x, rows) => {
        counted.outputs += rows;
        return model(60)(x, rows);
      },
      gradient: (x, rows, classIndex) => {
        counted.gradients += rows;
        return gradient(60)(x, rows, classIndex);
      },
      row: Float32Array.of(1, 0.5, 0.75, -2),
      classIndex: 0,
      steps: 2,
    });
    expect(found.error).toBeLessThanOrEqual(1e-3);
    expect(found.gradients).toBeGreaterThan(2);
    expect(found.gradients).toBe(counted.gradients);
    expect(found.evaluations).toBe(counted.outputs + counted.gradients);
  });

  it('finds the kinks of a piecewise linear model, where 400 nodes of one rule miss', async () => {
    const row = Float32Array.of(1, 0.5, 0.75, -2);
    const kinks = kinkedModel(row);
    const whole = gaussLegendre(400);
    const points = Float32Array.from({ length: 1600 }, (_, at) => {
      return ((whole.nodes[Math.floor(at / 4)]! + 1) / 2) * row[at % 4]!;
    });
    const slopes = Float64Array.from(await kinks.gradient(points, 400, 0));
    const sum = slopes.reduce(
      (all, slope, at) => all + (whole.weights[Math.floor(at / 4)]! / 2) * slope * row[at % 4]!,
      0,
    );
    const found = await integratedGradients({ ...kinks, row, classIndex: 0, steps: 50 });
    expect(Math.abs(sum - (found.output - found.baseOutput))).toBeGreaterThan(1e-3);
    expect(found.error).toBeLessThanOrEqual(1e-3);
    expect(found.gradients).toBeLessThanOrEqual(400);
    expect(distance(found.attributions, kinks.attributions)).toBeLessThan(4e-3);
  });

  it.each([2, 50, 150, 390, 400])(
    'stops at 400 gradients, begun with %i nodes, and owns up to the error',
    async (steps) => {
      const found = await integratedGradients({
        model: model(1),
        gradient: (x, rows) => Promise.resolve(new Float32Array(x.length).fill(rows > 0 ? 1 : 0)),
        row: Float32Array.of(1, 1, 1, 1),
        classIndex: 0,
        steps,
      });
      expect(found.gradients).toBeLessThanOrEqual(400);
      expect(found.gradients).toBeGreaterThan(392 - 8);
      expect(found.error).toBeCloseTo(Math.abs(4 - (sigmoid(1.5) - 0.5)), 6);
    },
  );
});
