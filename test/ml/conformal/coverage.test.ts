/**
 * Over random splits of the rows that a model was not fitted to, the count of covered rows is
 * beta-binomial, whatever the model: the oracle is that distribution, not this code's output.
 */
import { coverageBand, coveredCounts } from '../../../src/ml/conformal/beta-binomial.ts';
import {
  calibratedThreshold,
  calibrationRank,
} from '../../../src/ml/conformal/calibrated-threshold.ts';
import { classScores, type ConformalMethod } from '../../../src/ml/conformal/class-scores.ts';
import { conformalSets } from '../../../src/ml/conformal/conformal-sets.ts';
import { fitClasses } from '../../../src/ml/conformal/fit-classes.ts';
import {
  absoluteResidual,
  type IntervalMethod,
  normalisedResidual,
  quantileResidual,
} from '../../../src/ml/conformal/interval-scores.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { GOLDEN } from './golden.ts';

const SPLITS = 200;

interface Outcome {
  readonly n: number;
  readonly m: number;
  readonly covered: number;
}

const splitOf = (rows: number, calibration: number, step: number) => {
  const order = [...new CounterRandom({ seed: 17, stream: 'splits', step }).permutation(rows)];
  return { calibration: order.slice(0, calibration), fresh: order.slice(calibration) };
};

/** Each split as the step does it: thresholds from the one half, sets for the other. */
function classOutcomes(
  name: 'breast-cancer' | 'digits',
  settings: { method: ConformalMethod; alpha: number; calibration: number; conditional?: boolean },
): Outcome[][] {
  const { method, alpha, calibration, conditional: classConditional = false } = settings;
  const { labels, probabilities } = GOLDEN.models[name];
  const classes = probabilities[0]!.length;
  return Array.from({ length: SPLITS }, (_, step) => {
    const split = splitOf(labels.length, calibration, step);
    const scoresOf = (rows: readonly number[], purpose: 'calibration' | 'sets') => {
      const values = rows.flatMap((row) => probabilities[row]!);
      const table = { values, rows: rows.length, classes };
      return classScores({ table, sourceRows: rows }, { method, seed: step, purpose });
    };
    const labelsOf = (rows: readonly number[]) => rows.map((row) => labels[row]!);
    const truth = labelsOf(split.fresh);
    const fitted = { alpha, classConditional, classes };
    const known = labelsOf(split.calibration);
    const groups = fitClasses(known, scoresOf(split.calibration, 'calibration'), fitted);
    const size = { rows: truth.length, classes };
    const sets = conformalSets(scoresOf(split.fresh, 'sets'), groups, size);
    return groups.map(({ classIndex, n }) => {
      const of = truth.flatMap((label, row) =>
        classIndex === null || label === classIndex ? [Number(sets[row]!.includes(label))] : [],
      );
      return { n, m: of.length, covered: of.reduce((sum, one) => sum + one, 0) };
    });
  });
}

interface Theory {
  readonly mean: number;
  readonly variance: number;
  readonly low: number;
  readonly high: number;
}

const theories = new Map<string, Theory>();

function theoryOf(n: number, m: number, alpha: number): Theory {
  const key = `${n} ${m} ${alpha}`;
  const known = theories.get(key);
  if (known) return known;
  const calibrated = { n, rank: calibrationRank(n, alpha) };
  const counts = coveredCounts(calibrated, m);
  const mean = counts.reduce((sum, chance, count) => sum + chance * count, 0);
  const variance = counts.reduce((sum, chance, count) => sum + chance * (count - mean) ** 2, 0);
  const theory = { mean, variance, ...coverageBand(calibrated, m, 0.95) };
  theories.set(key, theory);
  return theory;
}

/** The outcome of every split, against beta-binomials of its own n and m: z of the mean, and the spread. */
function against(outcomes: readonly Outcome[], alpha: number) {
  let [difference, squares, variance, inBand] = [0, 0, 0, 0];
  for (const { n, m, covered } of outcomes) {
    const { mean, variance: spread, low, high } = theoryOf(n, m, alpha);
    difference += covered - mean;
    squares += (covered - mean) ** 2;
    variance += spread;
    inBand += Number(covered / m >= low && covered / m <= high);
  }
  return {
    z: difference / Math.sqrt(variance),
    spread: squares / variance,
    inBand: inBand / outcomes.length,
  };
}

/** Chance: z beyond 3.5 once in 2,000; the spread's error is about 0.1; at least 95 % in the band. */
function expectTheory(outcomes: readonly Outcome[], alpha: number): void {
  const { z, spread, inBand } = against(outcomes, alpha);
  expect(Math.abs(z)).toBeLessThan(3.5);
  expect(Math.abs(spread - 1)).toBeLessThan(0.4);
  expect(inBand).toBeGreaterThan(0.9);
}

const meanCoverage = (outcomes: readonly Outcome[]) =>
  outcomes.reduce((sum, { covered, m }) => sum + covered / m, 0) / outcomes.length;

const EXACT = [
  ['breast-cancer', 'lac', 0.1, 200],
  ['breast-cancer', 'lac', 0.05, 99],
  ['breast-cancer', 'randomised-aps', 0.1, 200],
  ['digits', 'lac', 0.1, 400],
  ['digits', 'aps', 0.1, 400],
] as const;

describe('coverage over 200 random splits', () => {
  it.each(EXACT)('%s by %s at α = %d is what theory says', (name, method, alpha, calibration) => {
    const outcomes = classOutcomes(name, { method, alpha, calibration }).flat();
    expectTheory(outcomes, alpha);
    const n = calibration;
    // Of a mean over the splits: 3.5 standard errors of the Beta distribution and of the draw of m.
    const margin = 3.5 * Math.sqrt((alpha * (1 - alpha) * (1 / n + 1 / outcomes[0]!.m)) / SPLITS);
    expect(meanCoverage(outcomes)).toBeGreaterThan(1 - alpha - margin);
    expect(meanCoverage(outcomes)).toBeLessThan(1 - alpha + 1 / (n + 1) + margin);
  });

  it('is above that by aps where more predictions are right than is asked for', () => {
    // Seven of ten are.
    const settings = { method: 'aps', alpha: 0.4, calibration: 400 } as const;
    const { z } = against(classOutcomes('digits', settings).flat(), 0.4);
    expect(z).toBeGreaterThan(3.5);
  });

  it('of each class is what theory says with a threshold for each', () => {
    const settings = { method: 'lac', alpha: 0.1, calibration: 500, conditional: true } as const;
    const splits = classOutcomes('digits', settings);
    for (let label = 0; label < 10; label += 1) {
      expectTheory(
        splits.map((groups) => groups[label]!),
        0.1,
      );
    }
  }, 30_000);

  it('of single classes is not, with one threshold for all: what classConditional is for', () => {
    const { labels, probabilities } = GOLDEN.models['breast-cancer'];
    const covered = [0, 0];
    const rows = [0, 0];
    for (let step = 0; step < 20; step += 1) {
      const split = splitOf(labels.length, 200, step);
      const score = (row: number) => 1 - probabilities[row]![labels[row]!]!;
      const threshold = calibratedThreshold(split.calibration.map(score), 0.1);
      for (const row of split.fresh) {
        rows[labels[row]!]! += 1;
        covered[labels[row]!]! += Number(score(row) <= threshold);
      }
    }
    expect(covered[0]! / rows[0]!).toBeLessThan(0.85);
  });

  it('is lost where the calibration rows are those that the model knows best', () => {
    const { labels, probabilities } = GOLDEN.models.digits;
    const scores = labels
      .map((label, row) => 1 - probabilities[row]![label]!)
      .sort((a, b) => a - b);
    const threshold = calibratedThreshold(scores.slice(0, 400), 0.1);
    const covered = scores.slice(400).filter((score) => score <= threshold).length;
    const outcome = { n: 400, m: scores.length - 400, covered };
    expect(Math.abs(against([outcome], 0.1).z)).toBeGreaterThan(3.5);
  });
});

const { truth, predicted, spread } = GOLDEN.values;
/** As a quantile model would give them, far too narrow. */
const quantiles = predicted.map((value) => ({ low: value - 20, high: value + 10 }));
const pairs = predicted.map((value, row) => ({ value, spread: spread[row]! }));

function intervalOutcomes<P>(
  method: IntervalMethod<P>,
  predictions: readonly P[],
  alpha: number,
): Outcome[] {
  return Array.from({ length: SPLITS }, (_, step) => {
    const split = splitOf(truth.length, 150, step);
    const score = (row: number) => method.score(predictions[row]!, truth[row]!);
    const threshold = calibratedThreshold(split.calibration.map(score), alpha);
    const covered = split.fresh.filter((row) => {
      const { low, high } = method.interval(predictions[row]!, threshold);
      return truth[row]! >= low && truth[row]! <= high;
    });
    return { n: 150, m: split.fresh.length, covered: covered.length };
  });
}

describe('coverage of intervals over 200 random splits', () => {
  it.each([0.1, 0.2])('is what theory says at α = %d, however wide they are made', (alpha) => {
    expectTheory(intervalOutcomes(absoluteResidual, predicted, alpha), alpha);
    expectTheory(intervalOutcomes(normalisedResidual, pairs, alpha), alpha);
    expectTheory(intervalOutcomes(quantileResidual, quantiles, alpha), alpha);
  });
});

describe('intervals', () => {
  it('have the half width of the threshold, of the spread, or what the quantiles were off', () => {
    expect(absoluteResidual.interval(10, 3)).toEqual({ low: 7, high: 13 });
    expect(normalisedResidual.interval({ value: 10, spread: 2 }, 3)).toEqual({ low: 4, high: 16 });
    expect(quantileResidual.interval({ low: 8, high: 11 }, 2)).toEqual({ low: 6, high: 13 });
    expect(quantileResidual.interval({ low: 8, high: 9 }, -1)).toEqual({ low: 9, high: 8 });
  });

  it('are the whole line where there is no threshold', () => {
    expect(absoluteResidual.interval(10, Infinity)).toEqual({ low: -Infinity, high: Infinity });
  });

  it('score a value by how far out it lies', () => {
    expect(absoluteResidual.score(10, 7)).toBe(3);
    expect(normalisedResidual.score({ value: 10, spread: 2 }, 7)).toBe(1.5);
    expect([7, 9, 14].map((truth) => quantileResidual.score({ low: 8, high: 11 }, truth))).toEqual([
      1, -1, 3,
    ]);
  });
});
