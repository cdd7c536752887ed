import { pairedInterval, studentQuantile } from '../../../src/ml/audit/paired-interval.ts';

describe("Student's t", () => {
  it.each([0.75, 0.95, 0.975, 0.999])('has closed quantiles for 1, 2 and 4 degrees at %d', (p) => {
    expect(studentQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 8);
    const alpha = 4 * p * (1 - p);
    expect(studentQuantile(p, 2)).toBeCloseTo((2 * p - 1) * Math.sqrt(2 / alpha), 8);
    const q = Math.cos(Math.acos(Math.sqrt(alpha)) / 3) / Math.sqrt(alpha);
    expect(studentQuantile(p, 4)).toBeCloseTo(2 * Math.sqrt(q - 1), 8);
  });

  // From the tables: 2.5 % lie beyond.
  it.each([
    [3, 3.182446],
    [5, 2.570582],
    [10, 2.228139],
    [29, 2.04523],
  ])('has the quantile of the tables for %d degrees', (degrees, value) => {
    expect(studentQuantile(0.975, degrees)).toBeCloseTo(value, 5);
  });
});

it('gives the interval of paired differences', () => {
  // Mean 2, variance 1, three pairs: 2 ± t·√(1/3), t = 4.302653 for 2 degrees.
  const { value, low, high } = pairedInterval([1, 2, 3], 0.95);
  expect(value).toBe(2);
  expect(high - 2).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
  expect(2 - low).toBeCloseTo(high - 2, 12);
});
