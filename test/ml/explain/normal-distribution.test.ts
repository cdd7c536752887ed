import { truncatedQuantiles } from '../../../src/ml/explain/lime/truncated-normal.ts';
import { normalQuantile, normalTail } from '../../../src/ml/explain/normal-distribution.ts';
import { studentQuantile } from '../../../src/ml/explain/student-quantile.ts';

/** scipy 1.17: norm.ppf, norm.sf, t.ppf. */
const QUANTILES = [
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.0001, -3.7190164854556804],
  [1e-20, -9.262340089798409],
] as const;
const TAILS = [
  [0, 0.5],
  [1, 0.15865525393145707],
  [-2.5, 0.9937903346742238],
  [3.2, 0.0006871379379158471],
  [9, 1.1285884059538324e-19],
] as const;

describe('the normal distribution', () => {
  it.each(QUANTILES)('has its quantile of %d', (probability, expected) => {
    expect(Math.abs(normalQuantile(probability) - expected)).toBeLessThan(1e-13);
  });

  it.each(TAILS)('has its tail above %d', (value, expected) => {
    expect(Math.abs(normalTail(value) / expected - 1)).toBeLessThan(1e-13);
  });

  it('ends at infinity', () => {
    expect([0, 1].map(normalQuantile)).toEqual([-Infinity, Infinity]);
    expect([-Infinity, Infinity].map(normalTail)).toEqual([1, 0]);
  });
});

describe('studentQuantile', () => {
  it.each([
    [0.975, 9, 2.262157162798205],
    [0.995, 9, 3.249835541592126],
    [0.95, 30, 1.697260886593957],
    [0.9995, 19, 3.883405852592131],
  ])('of %d with %i degrees of freedom', (probability, freedom, expected) => {
    expect(Math.abs(studentQuantile(probability, freedom) - expected)).toBeLessThan(2e-3);
  });
});

describe('truncatedQuantiles', () => {
  it('goes from bound to bound in cells of equal probability', () => {
    const quantiles = truncatedQuantiles({ mean: 2, deviation: 3, low: 1, high: 14 }, 8);
    expect([quantiles[0], quantiles[8]]).toEqual([1, 14]);
    const shares = Array.from(quantiles, (value) => normalTail((value - 2) / 3));
    const cell = (shares[0]! - shares[8]!) / 8;
    shares.slice(1).forEach((share, at) => expect(shares[at]! - share).toBeCloseTo(cell, 12));
  });

  it('does not lose the far tail, nor a bin without width', () => {
    const far = truncatedQuantiles({ mean: 0, deviation: 1, low: 20, high: 21 }, 4);
    expect(far[1]).toBeGreaterThan(20.01);
    expect(far[1]).toBeLessThan(20.02);
    const point = truncatedQuantiles({ mean: 5, deviation: 1e-11, low: 5, high: 5 }, 4);
    expect(Array.from(point)).toEqual([5, 5, 5, 5, 5]);
  });
});
