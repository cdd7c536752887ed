import { coverageBand, coveredCounts } from '../../../src/ml/conformal/beta-binomial.ts';
import { binomialTail } from '../../../src/ml/conformal/binomial-tail.ts';
import { clopperPearson } from '../../../src/ml/conformal/clopper-pearson.ts';
import { GOLDEN } from './golden.ts';

describe('coverageBand', () => {
  it.each(GOLDEN.bands)(
    'of %i calibration rows, the %i-th score, %i new rows is scipy’s',
    (n, rank, m, low, high) => {
      const band = coverageBand({ n, rank }, m, 0.95);
      expect(band.low).toBeCloseTo(low, 12);
      expect(band.high).toBeCloseTo(high, 12);
    },
  );

  it('is certain where there are too few calibration rows for a threshold', () => {
    expect(coverageBand({ n: 3, rank: 4 }, 10, 0.95)).toEqual({ low: 1, high: 1 });
  });
});

describe('coveredCounts', () => {
  it('has the mean m·k/(n + 1) and the variance of the beta-binomial', () => {
    const [n, rank, m] = [30, 27, 40];
    const counts = coveredCounts({ n, rank }, m);
    const moment = (of: (count: number) => number) =>
      counts.reduce((sum, probability, count) => sum + probability * of(count), 0);
    const mean = (m * rank) / (n + 1);
    expect(moment(() => 1)).toBeCloseTo(1, 12);
    expect(moment((count) => count)).toBeCloseTo(mean, 10);
    const [a, b] = [rank, n + 1 - rank];
    const variance = (m * a * b * (a + b + m)) / ((a + b) ** 2 * (a + b + 1));
    expect(moment((count) => (count - mean) ** 2)).toBeCloseTo(variance, 10);
  });

  it('of one new row and the largest score is n/(n + 1)', () => {
    expect(coveredCounts({ n: 9, rank: 9 }, 1)[1]).toBeCloseTo(0.9, 14);
  });
});

describe('binomialTail', () => {
  it.each(GOLDEN.tails)('P(X ≤ %i of %i) at %d is scipy’s', (successes, trials, p, tail) => {
    expect(Math.abs(binomialTail(successes, trials, p) / tail - 1)).toBeLessThan(1e-9);
  });

  it('is sure where the probability is', () => {
    expect([binomialTail(2, 3, 1), binomialTail(3, 3, 1), binomialTail(0, 3, 0)]).toEqual([
      0, 1, 1,
    ]);
  });
});

describe('clopperPearson', () => {
  it.each(GOLDEN.intervals)('of %i of %i is scipy’s', (successes, trials, low, high) => {
    const found = clopperPearson(successes, trials, 0.95);
    expect(found.low).toBeCloseTo(low, 10);
    expect(found.high).toBeCloseTo(high, 10);
  });
});
