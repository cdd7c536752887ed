import type { Encoder } from '../../../src/data/dataset.ts';
import { attackRows, type AttackedRows } from '../../../src/ml/audit/adversarial/attack.ts';
import { lossGradientOf } from '../../../src/ml/audit/adversarial/loss-gradient.ts';
import { movableValues } from '../../../src/ml/audit/adversarial/movable-values.ts';
import { loadClassifier } from '../../../src/ml/classifier.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  storeModel,
  testContext,
} from '../../activities/small-problem.ts';

const W = [1.5, -0.5, 0.25];
const B = 0.1;
const ROWS = noisyRows(40, 3);
const free = { units: Float32Array.of(1, 1, 1), isPixel: Uint8Array.of(0, 0, 0) };

type Model = Parameters<typeof storeModel>[1];
const LOGISTIC: Model = { inputShape: [3], weights: logisticWeights(W, B) };
const NETWORK: Model = {
  inputShape: [3],
  hidden: [{ type: 'dense', units: 12, activation: 'tanh' }],
  seed: 5,
};

async function attacked<T>(
  model: Model,
  work: (rows: AttackedRows) => Promise<T>,
  changes: Partial<AttackedRows> = {},
): Promise<T> {
  const { store } = testContext();
  const { classifier } = await loadClassifier(store, await storeModel(store, model));
  try {
    return await work({
      ...free,
      x: Float32Array.from(ROWS.x.flat()),
      labels: ROWS.y,
      classes: 2,
      predict: (x, rows) => classifier.predict(x, rows),
      lossGradient: lossGradientOf(classifier),
      ...changes,
    });
  } finally {
    classifier.dispose();
  }
}

const OPTIONS = { attack: 'fgsm', epsilon: 0.3, steps: 10, seed: 1 } as const;
const logit = (x: readonly number[]) => x.reduce((sum, value, i) => sum + value * W[i]!, B);

describe('attackRows', () => {
  it('is the closed form of the worst case on a logistic model', async () => {
    const { loss, right } = await attacked(LOGISTIC, (rows) => attackRows(rows, OPTIONS));
    const norm = W.reduce((sum, w) => sum + Math.abs(w), 0);
    ROWS.x.forEach((x, row) => {
      const margin = (ROWS.y[row] === 1 ? 1 : -1) * logit(x) - OPTIONS.epsilon * norm;
      expect(loss[row]).toBeCloseTo(Math.log1p(Math.exp(-margin)), 4);
      expect(right[row]).toBe(Number(margin > 0));
    });
  });

  it('finds no more by pgd there, and never less on any network', async () => {
    const both = (model: Model) =>
      attacked(model, async (rows) => ({
        fgsm: await attackRows(rows, OPTIONS),
        pgd: await attackRows(rows, { ...OPTIONS, attack: 'pgd' }),
      }));
    const linear = await both(LOGISTIC);
    linear.pgd.loss.forEach((loss, row) => expect(loss).toBeCloseTo(linear.fgsm.loss[row]!, 4));
    const { fgsm, pgd } = await both(NETWORK);
    pgd.loss.forEach((loss, row) => {
      expect(loss).toBeGreaterThanOrEqual(fgsm.loss[row]!);
      expect(pgd.right[row]).toBeLessThanOrEqual(fgsm.right[row]!);
    });
    const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(pgd.loss)).toBeGreaterThan(mean(fgsm.loss));
  });

  it('moves nothing by 0: rows are right as they are', async () => {
    const found = await attacked(LOGISTIC, (rows) => attackRows(rows, { ...OPTIONS, epsilon: 0 }));
    expect([...found.right]).toEqual(
      ROWS.x.map((x, i) => Number(logit(x) > 0 === (ROWS.y[i] === 1))),
    );
  });

  it('asks of no point beyond ε, a range, or that moves what must stay', async () => {
    const x = Float32Array.from({ length: 60 }, (_, index) => ((index * 7) % 20) / 19);
    const asked: Float32Array[] = [];
    await attacked(
      NETWORK,
      async (rows) => {
        const watched = (values: Float32Array, count: number) => {
          asked.push(values);
          return rows.predict(values, count);
        };
        await attackRows({ ...rows, predict: watched }, { ...OPTIONS, attack: 'pgd' });
      },
      {
        ...{ x, labels: Array.from({ length: 20 }, (_, row) => row % 2) },
        units: Float32Array.of(1, 0, 0.5),
        isPixel: Uint8Array.of(1, 0, 0),
      },
    );
    expect(asked.length).toBeGreaterThan(20);
    for (const values of asked) {
      values.forEach((value, index) => {
        const far = Math.abs(value - x[index]!);
        expect(far).toBeLessThanOrEqual([0.3, 0, 0.15][index % 3]! + 1e-6);
        if (index % 3 === 0) expect(value >= 0 && value <= 1).toBe(true);
      });
    }
    expect(asked.some((values) => values.some((value, i) => value !== x[i]))).toBe(true);
  });

  it('draws the same start from the same seed, and leaves no tensor', async () => {
    const run = (seed: number) =>
      attacked(NETWORK, (rows) => attackRows(rows, { ...OPTIONS, attack: 'pgd', steps: 2, seed }));
    const first = await leavingNoTensors(() => run(1));
    expect((await run(1)).loss).toEqual(first.loss);
    expect((await run(2)).loss).not.toEqual(first.loss);
  });
});

describe('movableValues', () => {
  it('moves numbers by their spread and pixels by their range; categories and tokens stay', () => {
    const encoders: Encoder[] = [
      { type: 'number', column: 'a', scale: 'standard', offset: 3, divisor: 2, imputed: 3 },
      { type: 'number', column: 'b', scale: 'minmax', offset: 0, divisor: 9, imputed: 3 },
      { type: 'category', column: 'c', categories: ['x', 'y'] },
      { type: 'image', columns: ['p', 'q'], shape: [1, 2, 1], range: [0, 16] },
    ];
    const x = Float32Array.from([0, 0.25, 1, 0, 0, 1, 0, 0.75, 0, 1, 0, 1]);
    const { units, isPixel } = movableValues(encoders, { x, rows: 2 });
    expect([...units]).toEqual([1, 0.25, 0, 0, 1, 1]);
    expect([...isPixel]).toEqual([0, 0, 0, 0, 1, 1]);
  });
});
