/** The step `conformal`: what a model says of rows that it does not know, to thresholds of sets. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { loadPart, type LoadedPart } from '../data/load-part.ts';
import { PipelineError } from '../errors.ts';
import type { ProbabilityTable } from '../ml/audit/metrics.ts';
import type { Classifier } from '../ml/classifier.ts';
import { coverageBand } from '../ml/conformal/beta-binomial.ts';
import type { Calibration } from '../ml/conformal/calibration.ts';
import { classScores } from '../ml/conformal/class-scores.ts';
import { type ConformalGroup, fitClasses } from '../ml/conformal/fit-classes.ts';
import { measureSets } from '../ml/conformal/measure-sets.ts';
import { setsOf } from './conformal-sets-on-data.ts';
import { predictRows, requireRows, withModelOnData } from './model-on-data.ts';
import { rowsSeenBy } from './rows-seen.ts';
import type { ConformalStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';
import { trainingsOf } from './trainings-of.ts';

type Input = ConformalStep['with'];
type Outputs = ConformalStep['outputs'];

const CONFIDENCE = 0.95;

/**
 * Errors: `DATA_INVALID` if no row is left to calibrate on; `SHAPE_MISMATCH` and `MODEL_INVALID` as
 * `predict`; `SPEC_UNSUPPORTED` for a model that writes a text.
 */
export const conformalStep: Step<Input, Outputs> = {
  kind: 'conformal',

  run(input, context) {
    return withModelOnData(input, context, async ({ classifier, part }) => {
      requireRows(part, input.part);
      const rows = await unseenRows(part, input, { classifier, context });
      if (rows.labels.length === 0) throw nothingLeft(input);
      const calibration = calibrate(rows, classifier, input);
      warnOfFewRows(calibration, context);
      const measured = await measure(calibration, { classifier, input, context });
      const { alpha, groups } = calibration;
      return {
        conformal: await context.store.putJson(calibration, MEDIA_TYPE.conformal),
        alpha,
        n: rows.labels.length,
        thresholds: groups.map(({ classIndex, n, threshold }) => ({
          class: nameOf(calibration, classIndex),
          n,
          threshold,
        })),
        measured,
      };
    });
  },
};

interface LabelledTable {
  readonly table: ProbabilityTable;
  readonly labels: readonly number[];
  readonly sourceRows: readonly number[];
  readonly leftOut: number;
}

interface Around {
  readonly classifier: Classifier;
  readonly context: StepContext;
}

/** Predicts the rows of a part that the model was not fitted to. */
async function unseenRows(
  part: LoadedPart,
  input: Pick<Input, 'model' | 'dataset'>,
  { classifier, context }: Around,
): Promise<LabelledTable> {
  const isSeen = await findSeen(part, input, context);
  const kept = Array.from(part.y.keys()).filter((row) => isSeen[row] !== true);
  const width = part.x.length / part.rows;
  const x = new Float32Array(kept.length * width);
  kept.forEach((row, at) => x.set(part.x.subarray(row * width, (row + 1) * width), at * width));
  const pick = (values: Int32Array) => kept.map((row) => values[row] ?? NaN);
  return {
    table: await predictRows(classifier, { x, rows: kept.length }, context),
    labels: pick(part.y),
    sourceRows: pick(part.sourceRows),
    leftOut: part.rows - kept.length,
  };
}

/**
 * A model that was fitted to another split may know rows of this part. Of its own split it knows
 * none, but for equal rows, which new data would have as well.
 */
async function findSeen(
  { manifest, x, y }: LoadedPart,
  { model, dataset }: Pick<Input, 'model' | 'dataset'>,
  context: StepContext,
): Promise<readonly boolean[]> {
  let isOwn = true;
  for await (const { data, dataset: digest } of trainingsOf(
    [model],
    context.store,
    ({ startedFrom }) => startedFrom,
  )) {
    isOwn &&= (data?.sha256 ?? digest) === dataset.sha256;
  }
  if (isOwn) return [];
  const { encoders, classes } = manifest;
  const seen = await rowsSeenBy([model], { parts: ['train'], encoders }, context);
  if (!seen.complete) {
    const unknown = 'not all that the model was trained on is known: if it knows rows of this part';
    context.log('warn', `${unknown}, sets cover less than they promise`);
  }
  return seen.of({ x, labels: Array.from(y, (label) => classes[label] ?? '') });
}

function nothingLeft({ part }: Input): PipelineError {
  return new PipelineError(
    'DATA_INVALID',
    `the model was fitted to every row of the ${part} part: nothing is left to calibrate on`,
    { remedy: 'calibrate on rows that the model does not know' },
  );
}

function calibrate(rows: LabelledTable, { classes }: Classifier, input: Input): Calibration {
  const { alpha, method, classConditional, seed, part, model, dataset } = input;
  const scoreOf = classScores(rows, { method, seed, purpose: 'calibration' });
  const settings = { alpha, classConditional, classes: classes.length };
  return {
    version: 1,
    ...{ alpha, method, classConditional, seed, classes, part },
    model: model.sha256,
    dataset: dataset.sha256,
    leftOut: rows.leftOut,
    groups: fitClasses(rows.labels, scoreOf, settings),
  };
}

const nameOf = ({ classes }: Pick<Calibration, 'classes'>, index: number | null): string | null =>
  index === null ? null : (classes[index] ?? null);

function warnOfFewRows(calibration: Calibration, context: StepContext): void {
  const { alpha, groups } = calibration;
  const needed = Math.ceil(1 / alpha) - 1;
  for (const { classIndex, n, threshold } of groups) {
    if (threshold !== null) continue;
    const name = nameOf(calibration, classIndex);
    const whose = name === null ? '' : ` of class "${name}"`;
    const what = name === null ? 'every class is' : 'it is';
    context.log(
      'warn',
      `${n} calibration rows${whose} are too few for α = ${alpha}, which takes ${needed}: ${what} in every set`,
    );
  }
}

interface Measuring extends Around {
  readonly input: Input;
}

/** On the part that is not calibrated on; its rows are predicted as `predict` would. */
async function measure(
  calibration: Calibration,
  { classifier, input, context }: Measuring,
): Promise<Outputs['measured']> {
  const name = input.part === 'validation' ? 'test' : 'validation';
  const part = await loadPart(context.store, input.dataset, name);
  if (part.rows === 0) return null;
  const rows = await unseenRows(part, input, { classifier, context });
  if (rows.labels.length === 0) return null;
  const sets = setsOf(calibration, rows);
  const { rows: count, ...found } = measureSets(sets, rows.labels);
  const coverage = found.covered / count;
  const [group] = calibration.classConditional ? [] : calibration.groups;
  const band = bandOf(group, count);
  if (band !== null && coverage < band.low) warnOfCoverage(coverage, band.low, context);
  return {
    part: name,
    rows: count,
    ...{ coverage, band },
    meanSetSize: found.meanSize,
    singletons: found.single / count,
    empty: found.empty / count,
    acceptedErrors: found.single === 0 ? null : found.singleWrong / found.single,
    byClass: measureClasses(calibration, sets, rows.labels),
  };
}

function measureClasses(
  calibration: Calibration,
  sets: readonly (readonly number[])[],
  labels: readonly number[],
): NonNullable<Outputs['measured']>['byClass'] {
  return calibration.classes.map((name, index) => {
    const own = sets.filter((_, row) => labels[row] === index);
    const covered = own.filter((set) => set.includes(index)).length;
    const group = calibration.classConditional ? calibration.groups[index] : undefined;
    return {
      class: name,
      rows: own.length,
      coverage: own.length === 0 ? null : covered / own.length,
      band: bandOf(group, own.length),
    };
  });
}

function bandOf(group: ConformalGroup | undefined, rows: number) {
  return group === undefined || rows === 0 ? null : coverageBand(group, rows, CONFIDENCE);
}

function warnOfCoverage(coverage: number, low: number, context: StepContext): void {
  context.log(
    'warn',
    `measured coverage ${coverage.toFixed(4)} is below ${low.toFixed(4)}, where theory expects it to be: are the two parts alike?`,
  );
}
