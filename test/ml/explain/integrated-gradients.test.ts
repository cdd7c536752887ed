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
    expect(found.steps).toBe(20);
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

  it('doubles the nodes until complete, and counts every evaluation', async () => {
    const found = await integratedGradients({
      model: model(60),
      gradient: gradient(60),
      row: Float32Array.of(1, 0.5, 0.75, -2),
      classIndex: 0,
      steps: 2,
    });
    expect(found.steps).toBeGreaterThan(2);
    expect(Math.log2(found.steps / 2) % 1).toBe(0);
    expect(found.error).toBeLessThanOrEqual(1e-3);
    // 2 ends, and 2 + 4 + … + steps nodes.
    expect(found.evaluations).toBe(2 + 2 * found.steps - 2);
  });

  it('stops at 400 nodes and owns up to the error', async () => {
    const found = await integratedGradients({
      model: model(1),
      gradient: (x, rows) => Promise.resolve(new Float32Array(x.length).fill(rows > 0 ? 1 : 0)),
      row: Float32Array.of(1, 1, 1, 1),
      classIndex: 0,
      steps: 150,
    });
    expect(found.steps).toBe(400);
    expect(found.error).toBeCloseTo(Math.abs(4 - (sigmoid(1.5) - 0.5)), 9);
  });
});
