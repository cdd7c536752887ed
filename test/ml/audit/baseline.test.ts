import { againstBaseline, majorityClass } from '../../../src/ml/audit/baseline.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

const labels = [...Array<number>(20).fill(0), ...Array<number>(10).fill(1)];
const options = (alpha = 0.05) => ({
  samples: 500,
  confidence: 0.95,
  alpha,
  random: new CounterRandom({ seed: 1, stream: 'test' }),
});
const majority = { name: 'majority' as const, predicted: Array<number>(30).fill(0) };

describe('againstBaseline', () => {
  it('is beaten by the exact test on the rows that differ', () => {
    // Right everywhere: 10 rows that only the model gets right, p = 2 · 2⁻¹⁰.
    const found = againstBaseline(labels, labels, majority, options());
    expect(found).toMatchObject({ name: 'majority', modelOnly: 10, baselineOnly: 0, beaten: true });
    expect(found.accuracy).toBeCloseTo(2 / 3, 12);
    expect(found.difference).toBeCloseTo(1 / 3, 12);
    expect(found.pValue).toBeCloseTo(2 ** -9, 12);
    expect(found.low).toBeGreaterThan(0);
    expect(found.high).toBeLessThan(1);
    expect(againstBaseline(labels, labels, majority, options(0.001)).beaten).toBe(false);
  });

  it('is not beaten by a model that is significantly worse, or by itself', () => {
    const wrong = labels.map((label) => 1 - label);
    const worse = againstBaseline(labels, wrong, { name: 'model', predicted: labels }, options());
    expect(worse).toMatchObject({ baselineOnly: 30, beaten: false });
    expect(worse.pValue).toBeLessThan(0.001);
    const same = againstBaseline(labels, majority.predicted, majority, options());
    expect(same).toMatchObject({ difference: 0, pValue: 1, beaten: false });
  });
});

describe('majorityClass', () => {
  it('is the most frequent class, the first of several', () => {
    expect(majorityClass([2, 1, 2, 1, 0], 3)).toBe(1);
    expect(majorityClass(labels, 2)).toBe(0);
  });
});
