import fc from 'fast-check';
import { populationStabilityIndex } from '../../../src/ml/audit/population-stability-index.ts';
import { golden } from './drift-golden.ts';

const bins = { minLength: 1, maxLength: 12 };
const counts = fc
  .array(fc.tuple(fc.nat(500), fc.nat(500)), bins)
  .map((pairs) => ({ reference: pairs.map(([r]) => r), current: pairs.map(([, c]) => c) }));

describe('populationStabilityIndex', () => {
  it.each([...golden.numbers, ...golden.categories])(
    'equals that of numpy: $name',
    ({ counts: given, index }) => {
      expect(populationStabilityIndex(given)).toBeCloseTo(index.value, 12);
    },
  );

  it('of two bins that change places is 2 (a − b) ln(a / b)', () => {
    const value = populationStabilityIndex({ reference: [30, 10], current: [1, 3] });
    expect(value).toBeCloseTo(2 * 0.5 * Math.log(3), 14);
  });

  it('takes an empty bin as one of 0.0001', () => {
    const value = populationStabilityIndex({ reference: [1, 1], current: [2, 0] });
    expect(value).toBeCloseTo(0.5 * Math.log(2) + (1e-4 - 0.5) * Math.log(2e-4), 14);
  });

  it('is at least 0, and the same both ways round', () => {
    fc.assert(
      fc.property(counts, ({ reference, current }) => {
        const value = populationStabilityIndex({ reference, current });
        expect(value).toBeGreaterThanOrEqual(0);
        const turned = populationStabilityIndex({ reference: current, current: reference });
        expect(turned).toBeCloseTo(value, 12);
      }),
      { seed: 1 },
    );
  });

  it('is 0 for the same data, and where there is none', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 4 }), ({ reference }, times) => {
        const current = reference.map((count) => count * times);
        expect(populationStabilityIndex({ reference, current })).toBe(0);
      }),
      { seed: 1 },
    );
    expect(populationStabilityIndex({ reference: [3, 4], current: [0, 0] })).toBe(0);
  });
});
