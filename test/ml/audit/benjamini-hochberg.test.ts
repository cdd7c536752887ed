import { benjaminiHochberg } from '../../../src/ml/audit/benjamini-hochberg.ts';
import { golden } from './drift/statistics-golden.ts';

describe('benjaminiHochberg', () => {
  it.each(golden.corrected)('equals that of scipy: $pValues', ({ pValues, corrected }) => {
    const found = benjaminiHochberg(pValues);
    expect(found).toHaveLength(corrected.length);
    found.forEach((value, index) => {
      expect(Math.abs(value - (corrected[index] ?? NaN))).toBeLessThanOrEqual(1e-15);
    });
  });

  it('has nothing to correct without a test', () => {
    expect(benjaminiHochberg([])).toEqual([]);
  });
});
