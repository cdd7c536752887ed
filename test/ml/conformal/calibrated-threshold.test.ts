import fc from 'fast-check';
import {
  calibratedThreshold,
  calibrationRank,
} from '../../../src/ml/conformal/calibrated-threshold.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

describe('calibratedThreshold', () => {
  it.each([
    [99, 0.05, 95],
    [100, 0.05, 96],
    [19, 0.05, 19],
    [9, 0.7, 3],
    [9, 0.3, 7],
    [999, 0.001, 999],
    [2, 0.9, 1],
  ])('of %i scores at α = %d is the %i-th smallest', (n, alpha, rank) => {
    expect(calibrationRank(n, alpha)).toBe(rank);
    expect(calibratedThreshold(upTo(n).reverse(), alpha)).toBe(rank);
  });

  it.each([
    [18, 0.05],
    [0, 0.5],
    [998, 0.001],
  ])('of only %i scores at α = %d is infinite', (n, alpha) => {
    expect(calibratedThreshold(upTo(n), alpha)).toBe(Infinity);
  });

  it('counts equal scores singly', () => {
    expect(calibratedThreshold([2, 1, 1, 1, 2, 3, 3, 3, 3], 0.4)).toBe(3);
    expect(calibratedThreshold([2, 1, 1, 1, 2, 3, 3, 3, 3], 0.5)).toBe(2);
  });

  it('has at least (n + 1)(1 − α) scores up to it, and fewer below it, ties or not', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 60 });
    const property = fc.property(scores, fc.integer({ min: 1, max: 99 }), (found, percent) => {
      const threshold = calibratedThreshold(found, percent / 100);
      const needed = ((found.length + 1) * (100 - percent)) / 100;
      const upTo = found.filter((score) => score <= threshold).length;
      const below = found.filter((score) => score < threshold).length;
      if (threshold === Infinity) expect(needed).toBeGreaterThan(found.length);
      else expect(upTo).toBeGreaterThanOrEqual(needed);
      expect(below).toBeLessThan(needed);
    });
    fc.assert(property, { seed: 11, numRuns: 300 });
  });
});
