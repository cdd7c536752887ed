import { readFileSync } from 'node:fs';
import { benjaminiHochberg } from '../../../src/ml/audit/benjamini-hochberg.ts';
import { fisherMoreErrors, type SegmentErrors } from '../../../src/ml/audit/fisher-test.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../golden/segments.json', import.meta.url), 'utf8'),
) as {
  adjustments: { pValues: number[]; adjusted: number[] }[];
  fisher: (SegmentErrors & { pValue: number })[];
};

describe('benjaminiHochberg', () => {
  it.each(golden.adjustments)('adjusts as scipy: $pValues', ({ pValues, adjusted }) => {
    const found = benjaminiHochberg(pValues);
    expect(found).toHaveLength(adjusted.length);
    found.forEach((value, index) => {
      expect(Math.abs(value - adjusted[index]!)).toBeLessThan(1e-14);
    });
  });

  it('leaves nothing to adjust of no tests', () => {
    expect(benjaminiHochberg([])).toEqual([]);
  });
});

describe('fisherMoreErrors', () => {
  it.each(golden.fisher)('equals scipy: $errors of $rows, $allErrors of $allRows', (one) => {
    const found = fisherMoreErrors(one);
    expect(Math.abs(found / one.pValue - 1)).toBeLessThan(1e-8);
  });
});
