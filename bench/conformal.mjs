/**
 * Coverage of conformal sets and intervals over random splits of rows that scikit-learn's models
 * (test/golden/conformal.py) were not fitted to, against what theory says of any model: covered rows
 * are beta-binomial.
 *
 *   npm run bench:conformal -- [--json] [--splits 1000]
 *
 * Exit code 1 where a mean is further from theory than chance would put it once in 15,000 times
 * (4 standard errors).
 */
import { readFileSync } from 'node:fs';
import { coverageBand, coveredCounts } from '../dist/ml/conformal/beta-binomial.js';
import { calibratedThreshold, calibrationRank } from '../dist/ml/conformal/calibrated-threshold.js';
import { classScores } from '../dist/ml/conformal/class-scores.js';
import { conformalSets } from '../dist/ml/conformal/conformal-sets.js';
import { fitClasses } from '../dist/ml/conformal/fit-classes.js';
import {
  absoluteResidual,
  normalisedResidual,
  quantileResidual,
} from '../dist/ml/conformal/interval-scores.js';
import { measureSets } from '../dist/ml/conformal/measure-sets.js';
import { CounterRandom } from '../dist/ml/random.js';
import { note, option, report } from './table.mjs';

const SPLITS = option('splits', 1000);
const FILE = new URL('../test/golden/conformal.json', import.meta.url);
const { models, values } = JSON.parse(readFileSync(FILE, 'utf8'));

function* splitsOf(rows, calibration) {
  for (let step = 0; step < SPLITS; step += 1) {
    const order = [...new CounterRandom({ seed: 101, stream: 'splits', step }).permutation(rows)];
    yield { step, known: order.slice(0, calibration), fresh: order.slice(calibration) };
  }
}

const theories = new Map();

/** Mean, variance and band of the covered rows, of m new ones after n known ones. */
function theoryOf(n, m, alpha) {
  const key = `${n} ${m} ${alpha}`;
  const found = theories.get(key);
  if (found) return found;
  const calibrated = { n, rank: calibrationRank(n, alpha) };
  const counts = [...coveredCounts(calibrated, m)];
  const mean = counts.reduce((sum, chance, count) => sum + chance * count, 0);
  const variance = counts.reduce((sum, chance, count) => sum + chance * (count - mean) ** 2, 0);
  const made = { mean, variance, ...coverageBand(calibrated, m, 0.95) };
  theories.set(key, made);
  return made;
}

/** @param outcomes  of the splits, `{ n, m, covered }`. */
function summaryOf(outcomes, alpha) {
  const sum = (of) => outcomes.reduce((total, one) => total + of(one), 0);
  const theory = ({ n, m }) => theoryOf(n, m, alpha);
  const variance = sum((one) => theory(one).variance);
  const isInBand = (one) =>
    one.covered / one.m >= theory(one).low && one.covered / one.m <= theory(one).high;
  return {
    coverage: sum(({ covered, m }) => covered / m) / outcomes.length,
    theory: sum((one) => theory(one).mean / one.m) / outcomes.length,
    z: sum((one) => one.covered - theory(one).mean) / Math.sqrt(variance),
    'spread/theory': Math.sqrt(sum((one) => (one.covered - theory(one).mean) ** 2) / variance),
    'in 95 % band': sum((one) => Number(isInBand(one))) / outcomes.length,
  };
}

function classCase({ data, method, alpha, n: calibration, conditional = false }) {
  const { labels, probabilities } = models[data];
  const classes = probabilities[0].length;
  const outcomes = [];
  const sizes = [];
  for (const { step, known, fresh } of splitsOf(labels.length, calibration)) {
    const scoresOf = (rows, purpose) => {
      const table = {
        values: rows.flatMap((row) => probabilities[row]),
        ...{ rows: rows.length, classes },
      };
      return classScores({ table, sourceRows: rows }, { method, seed: step, purpose });
    };
    const truth = fresh.map((row) => labels[row]);
    const groups = fitClasses(
      known.map((row) => labels[row]),
      scoresOf(known, 'calibration'),
      { alpha, classConditional: conditional, classes },
    );
    const sets = conformalSets(scoresOf(fresh, 'sets'), groups, { rows: fresh.length, classes });
    sizes.push(measureSets(sets, truth));
    for (const { classIndex, n } of groups) {
      const own = sets.filter((_, row) => classIndex === null || truth[row] === classIndex);
      const named = truth.filter((label) => classIndex === null || label === classIndex);
      const covered = own.filter((set, row) => set.includes(named[row])).length;
      outcomes.push({ n, m: own.length, covered });
    }
  }
  const mean = (of) => sizes.reduce((sum, one) => sum + of(one), 0) / sizes.length;
  return {
    ...summaryOf(outcomes, alpha),
    'set size': mean(({ meanSize }) => meanSize),
    singletons: mean(({ single, rows }) => single / rows),
    'wrong of them': mean(({ singleWrong, single }) => (single === 0 ? 0 : singleWrong / single)),
  };
}

const INTERVALS = {
  absolute: { method: absoluteResidual, of: (row) => values.predicted[row] },
  normalised: {
    method: normalisedResidual,
    of: (row) => ({ value: values.predicted[row], spread: values.spread[row] }),
  },
  quantile: {
    method: quantileResidual,
    of: (row) => ({
      low: values.predicted[row] - values.spread[row],
      high: values.predicted[row] + 2 * values.spread[row],
    }),
  },
};

function intervalCase({ method: name, alpha, n }) {
  const { method, of } = INTERVALS[name];
  const outcomes = [];
  let width = 0;
  for (const { known, fresh } of splitsOf(values.truth.length, n)) {
    const scores = known.map((row) => method.score(of(row), values.truth[row]));
    const threshold = calibratedThreshold(scores, alpha);
    const intervals = fresh.map((row) => method.interval(of(row), threshold));
    const isIn = ({ low, high }, at) => {
      const truth = values.truth[fresh[at]];
      return truth >= low && truth <= high;
    };
    outcomes.push({ n, m: fresh.length, covered: intervals.filter(isIn).length });
    width += intervals.reduce((sum, { low, high }) => sum + high - low, 0) / fresh.length;
  }
  return { ...summaryOf(outcomes, alpha), 'mean width': width / SPLITS };
}

const CASES = [
  { data: 'breast-cancer', method: 'lac', alpha: 0.05, n: 99 },
  { data: 'breast-cancer', method: 'lac', alpha: 0.1, n: 200 },
  { data: 'breast-cancer', method: 'randomised-aps', alpha: 0.1, n: 200 },
  { data: 'breast-cancer', method: 'lac', alpha: 0.1, n: 200, conditional: true },
  { data: 'digits', method: 'lac', alpha: 0.1, n: 400 },
  { data: 'digits', method: 'aps', alpha: 0.1, n: 400 },
  { data: 'digits', method: 'randomised-aps', alpha: 0.1, n: 400 },
  { data: 'digits', method: 'lac', alpha: 0.1, n: 500, conditional: true },
];

const rows = [];
for (const one of CASES) {
  note(JSON.stringify(one));
  const { data, method, alpha, n, conditional } = one;
  const given = { data, method: conditional ? `${method}, by class` : method, alpha, n };
  rows.push({ ...given, ...classCase(one) });
}
for (const method of Object.keys(INTERVALS)) {
  const one = { data: 'diabetes', method, alpha: 0.1, n: 150 };
  note(JSON.stringify(one));
  rows.push({ ...one, ...intervalCase(one) });
}
report('Coverage over random splits', rows, { splits: SPLITS });
process.exitCode = rows.every(({ z }) => Math.abs(z) < 4) ? 0 : 1;
