import { noiseRobustness } from '../../../src/ml/audit/noise.ts';

/** Class 1 where the one value is positive. */
const threshold = (x: Float32Array) =>
  Promise.resolve(
    Float32Array.from({ length: 2 * x.length }, (_, at) =>
      x[Math.floor(at / 2)]! > 0 === (at % 2 === 1) ? 1 : 0,
    ),
  );

const ROWS = 4000;
const x = Float32Array.from({ length: ROWS }, (_, row) => (row % 2 === 0 ? -1 : 1));
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % 2);
const at = (standardDeviation: number, seed = 0, tokens = [false]) =>
  noiseRobustness({
    predict: threshold,
    x,
    tokens,
    labels,
    classes: 2,
    standardDeviation,
    accuracy: 1,
    seed,
  });

describe('noiseRobustness', () => {
  it('loses what the normal distribution says: Φ(−1/σ)', async () => {
    // Φ(−1) = 0.158655, Φ(−2) = 0.022750; 20,000 draws have a standard error of 0.0026.
    expect(Math.abs((await at(1)).drop - 0.158655)).toBeLessThan(0.01);
    expect(Math.abs((await at(0.5)).drop - 0.02275)).toBeLessThan(0.005);
  });

  it('loses nothing without noise, and repeats with its seed', async () => {
    expect(await at(0)).toEqual({ standardDeviation: 0, accuracy: 1, drop: 0 });
    expect(await at(1, 5)).toEqual(await at(1, 5));
    expect((await at(1, 5)).drop).not.toBe((await at(1, 6)).drop);
  });

  it('makes no other words of tokens, and draws for the rest what it always drew', async () => {
    const drop = async (tokens: boolean[]) => (await at(1, 0, tokens)).drop;
    expect(await drop([true])).toBe(0);
    // Of two values a row, as it were, the first ones (class 0) are tokens.
    const half = await drop([true, false]);
    expect(half).toBeGreaterThan(0);
    expect(half + (await drop([false, true]))).toBeCloseTo(await drop([false]), 12);
  });

  it('leaves the rows as they were', async () => {
    const before = x.slice();
    await at(1);
    expect(x).toEqual(before);
  });
});
