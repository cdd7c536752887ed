import { bootstrapMeanInterval } from '../../../src/ml/audit/bootstrap.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

const random = (step = 0) => new CounterRandom({ seed: 1, stream: 'test', step });
const answers = (right: number, rows: number) =>
  Uint8Array.from({ length: rows }, (_, row) => (row < right ? 1 : 0));

describe('bootstrapMeanInterval', () => {
  it('is near the normal interval of a proportion in a large sample', () => {
    const { low, high } = bootstrapMeanInterval(answers(800, 1000), {
      samples: 1000,
      confidence: 0.95,
      random: random(),
    });
    const half = 1.96 * Math.sqrt((0.8 * 0.2) / 1000);
    expect(Math.abs(low - (0.8 - half))).toBeLessThan(0.003);
    expect(Math.abs(high - (0.8 + half))).toBeLessThan(0.003);
  });

  it('covers the truth about as often as it says', () => {
    let covered = 0;
    for (let trial = 0; trial < 200; trial += 1) {
      const draws = random(trial + 1);
      const sample = Uint8Array.from({ length: 60 }, () => (draws.uniform() < 0.7 ? 1 : 0));
      const interval = bootstrapMeanInterval(sample, {
        samples: 100,
        confidence: 0.9,
        random: draws,
      });
      if (interval.low <= 0.7 && 0.7 <= interval.high) covered += 1;
    }
    // Of a share of 60 rows and 100 resamples the true coverage is near 0.88; four standard
    // errors of 200 trials are 0.09.
    expect(covered / 200).toBeGreaterThan(0.79);
    expect(covered / 200).toBeLessThan(0.97);
  });

  it('has no width where all rows are alike', () => {
    const options = { samples: 50, confidence: 0.95, random: random() };
    expect(bootstrapMeanInterval(answers(20, 20), options)).toEqual({ low: 1, high: 1 });
  });
});
