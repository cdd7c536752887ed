import { jensenShannonDistance } from '../../../../src/ml/audit/drift/jensen-shannon.ts';
import { balancedCramersV, totalVariation } from '../../../../src/ml/audit/drift/shares-apart.ts';
import { golden } from './statistics-golden.ts';

describe('jensenShannonDistance', () => {
  it.each(golden.bins)(
    'equals that of scipy: $reference and $current',
    ({ distance, ...counts }) => {
      expect(Math.abs(jensenShannonDistance(counts) - distance)).toBeLessThanOrEqual(1e-10);
    },
  );
});

describe.each([
  ['jensenShannonDistance', jensenShannonDistance],
  ['balancedCramersV', balancedCramersV],
  ['totalVariation', totalVariation],
])('%s', (_, measure) => {
  it('goes from 0 to 1, whatever the rows', () => {
    expect(measure({ reference: [3, 5], current: [30, 50] })).toBeCloseTo(0, 12);
    expect(measure({ reference: [3, 0, 4], current: [0, 900, 0] })).toBeCloseTo(1, 12);
  });

  it('tells nothing where a side is empty', () => {
    expect(measure({ reference: [0, 0], current: [1, 2] })).toBe(0);
    expect(measure({ reference: [1, 2], current: [0, 0] })).toBe(0);
  });
});

describe('balancedCramersV', () => {
  it("is Cramér's V of as many rows on both sides", () => {
    // chi2_contingency([[60, 40], [45, 55]], correction=False) = 4.5112781954887
    const found = balancedCramersV({ reference: [60, 40], current: [45, 55] });
    expect(found).toBeCloseTo(Math.sqrt(4.511278195488721 / 200), 12);
  });
});

describe('totalVariation', () => {
  it('is the largest difference in share of any set of categories', () => {
    // The first two lost 0.3 together.
    expect(totalVariation({ reference: [4, 4, 2], current: [3, 2, 5] })).toBeCloseTo(0.3, 12);
  });
});
