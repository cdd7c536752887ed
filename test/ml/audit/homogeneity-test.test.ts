import { homogeneityTest } from '../../../src/ml/audit/homogeneity-test.ts';
import { populationStabilityIndex } from '../../../src/ml/audit/population-stability-index.ts';
import { binNumbers } from '../../../src/ml/audit/reference-bins.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { golden } from './drift-golden.ts';

describe('homogeneityTest', () => {
  it.each([...golden.numbers, ...golden.categories])(
    'equals that of scipy: $name',
    ({ counts, index: { pValue } }) => {
      expect(Math.abs(homogeneityTest(counts) - pValue)).toBeLessThanOrEqual(1e-9 * pValue);
    },
  );

  it('is certain of chance where there is nothing to tell apart', () => {
    expect(homogeneityTest({ reference: [5, 0], current: [7, 0] })).toBe(1);
    expect(homogeneityTest({ reference: [5, 2], current: [0, 0] })).toBe(1);
    expect(homogeneityTest({ reference: [5, 10], current: [1, 2] })).toBe(1);
  });

  it('calls few samples of one distribution improbable, whose index chance alone makes large', () => {
    const random = new CounterRandom({ seed: 5, stream: 'drift' });
    const sample = (rows: number) => Float64Array.from({ length: rows }, () => random.normal());
    const found = Array.from({ length: 300 }, () => binNumbers(sample(1_000), sample(60)));
    const share = (holds: (counts: (typeof found)[number]) => boolean) =>
      found.filter(holds).length / found.length;
    // Chance alone is expected to make the index 9 · (1/1000 + 1/60) = 0.16.
    expect(share((counts) => populationStabilityIndex(counts) > 0.2)).toBeGreaterThan(0.1);
    expect(share((counts) => homogeneityTest(counts) < 0.05)).toBeLessThan(0.07);
    expect(share((counts) => homogeneityTest(counts) < 0.001)).toBeLessThanOrEqual(0.004);
  });
});
