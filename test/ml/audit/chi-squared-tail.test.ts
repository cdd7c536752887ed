import { chiSquaredTail } from '../../../src/ml/audit/chi-squared-tail.ts';
import { golden } from './drift-golden.ts';

describe('chiSquaredTail', () => {
  it.each(golden.tails)('of %d with %i degrees equals that of scipy', (x, degrees, expected) => {
    const found = chiSquaredTail(x, degrees);
    // Far out scipy's own last digits differ; nobody decides by them.
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-10 * expected + 1e-300);
  });

  it('is e^(−x/2) for two degrees, and e^(−x/2) (1 + x/2) for four', () => {
    for (const x of [0.01, 1, 5, 30]) {
      expect(chiSquaredTail(x, 2)).toBeCloseTo(Math.exp(-x / 2), 14);
      expect(chiSquaredTail(x, 4)).toBeCloseTo(Math.exp(-x / 2) * (1 + x / 2), 14);
    }
  });

  it('is certain for 0, and without degrees of freedom', () => {
    expect(chiSquaredTail(0, 3)).toBe(1);
    expect(chiSquaredTail(7, 0)).toBe(1);
  });
});
