/** The step `drift`: is new data still like the data that a model was trained on? */
import { setImmediate } from 'node:timers/promises';
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import type { DatasetManifest } from '../data/dataset.ts';
import { columnsOf } from '../data/encoders/encodings.ts';
import { loadPart, type LoadedPart } from '../data/load-part.ts';
import { listed } from '../data/table.ts';
import { USUAL_THRESHOLDS } from '../drift-statistics.ts';
import { PipelineError } from '../errors.ts';
import { columnSamples } from '../ml/audit/column-drift.ts';
import type { DriftReport, PredictionDrift } from '../ml/audit/drift/drift-report.ts';
import { judgeColumns, permutationsFor } from '../ml/audit/drift/judge-columns.ts';
import {
  measureSample,
  type ColumnDrift,
  type MeasureOptions,
} from '../ml/audit/drift/measure-sample.ts';
import { comparePredictions, type PredictionSample } from './drift/compare-predictions.ts';
import { openNewRows, type NewRows } from './drift/new-rows.ts';
import { LEAST_ROWS } from './drift-job.ts';
import type { DriftStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';
import { trainingDataOf } from './training-data.ts';

type Input = DriftStep['with'];

const MOST_LISTED = 20;

/**
 * Errors: `SPEC_INVALID` if keys exclude or need one another, or for more `features` than there are
 * columns; `DATA_INVALID` for a column that is not there or a cell that cannot be read;
 * `SHAPE_MISMATCH` for a data set of other columns; `MODEL_INVALID` for a model that does not say what
 * it was trained on; as `openSource`, `loadPart`.
 */
export const driftStep: Step<Input, DriftStep['outputs']> = {
  kind: 'drift',

  async run(input, context) {
    const references = await loadReferences(input, context);
    const current = await openNewRows(input, context);
    const report = await measure(input, { references, current }, context);
    const { verdict, statistic, threshold, rows, columns, predictions } = report;
    if (verdict === 'too-few-rows') {
      const found = `${rows.reference} and ${rows.current} rows`;
      context.log(
        'warn',
        `drift: ${found} are too few to tell drift from chance; ${LEAST_ROWS} are needed`,
      );
    }
    return {
      report: await context.store.putJson(report, MEDIA_TYPE.drift),
      fingerprint: current.fingerprint(),
      drifted: verdict === 'drift',
      ...{ verdict, statistic, threshold, rows: { ...rows } },
      compared: columns.length,
      driftedColumns: columns.filter(({ hasDrifted }) => hasDrifted).length,
      columns: columns.slice(0, MOST_LISTED).map((column) => ({ ...column })),
      predictions: predictions && {
        value: predictions.value,
        pValue: predictions.pValue,
        hasDrifted: predictions.hasDrifted,
      },
    };
  },
};

async function loadReferences(
  { reference, model, referencePart, predictions }: Input,
  { store }: StepContext,
): Promise<readonly LoadedPart[]> {
  if (reference === undefined && model === undefined) {
    throw invalid('drift needs `reference` or `model`', 'give what to compare with');
  }
  if (model === undefined && predictions) {
    throw invalid('drift: `predictions` are those of a `model`', 'give the model');
  }
  if (model !== undefined && reference !== undefined && !predictions) {
    throw invalid(
      'drift: `model` says nothing beside `reference`',
      'remove it, or set `predictions: true`',
    );
  }
  const datasets = reference
    ? [reference]
    : await trainingDataOf(model as NonNullable<typeof model>, store);
  return Promise.all(datasets.map((dataset) => loadPart(store, dataset, referencePart)));
}

interface Sides {
  readonly references: readonly LoadedPart[];
  readonly current: NewRows;
}

async function measure(input: Input, sides: Sides, context: StepContext): Promise<DriftReport> {
  const { statistic, alpha, features, seed } = input;
  const { references, current } = sides;
  requireColumns(
    input,
    references.map(({ manifest }) => manifest),
  );
  const names = columnsToCompare(input, references);
  const permutations = permutationsFor(names.length + Number(input.predictions), alpha);
  const threshold = input.threshold ?? USUAL_THRESHOLDS[statistic];
  const rows = {
    reference: Math.min(...references.map((reference) => reference.rows)),
    current: current.rows,
  };
  const settings = {
    version: 1,
    statistic,
    threshold,
    alpha,
    features,
    rows,
    permutations,
    seed,
  } as const;
  const options = { statistic, seed, permutations };
  const columns = await measureColumns(input, { ...sides, options }, context);
  if (columns.length < features) {
    throw invalid(
      `drift: ${features} columns must have drifted, but ${columns.length} can be compared`,
      'lower `features`',
    );
  }
  if (Math.min(rows.reference, rows.current) < LEAST_ROWS) {
    return { ...settings, verdict: 'too-few-rows', columns: [], predictions: null };
  }
  const predicted =
    input.predictions && input.model ? await comparePredictions(input.model, sides, context) : null;
  const answers = predicted ? [{ ...measureSample(predicted.sample, options), predicted }] : [];
  const judged = judgeColumns(
    [...columns.map((one) => ({ ...one, predicted: null })), ...answers],
    {
      threshold,
      alpha,
    },
  );
  const found = judged.flatMap(({ predicted: of, ...column }) => (of ? [] : [column]));
  const [predictions = null] = judged.flatMap(({ predicted: of, column: _, ...answer }) =>
    of ? [{ ...answer, classes: countClasses(of) }] : [],
  );
  return {
    ...settings,
    verdict: verdictOf(found, predictions, features),
    columns: found,
    predictions,
  };
}

function verdictOf(
  columns: DriftReport['columns'],
  predictions: PredictionDrift | null,
  features: number,
): 'drift' | 'no-drift' {
  const drifted = columns.filter(({ hasDrifted }) => hasDrifted).length;
  return drifted >= features || predictions?.hasDrifted === true ? 'drift' : 'no-drift';
}

/** Of several references the one that a column is farthest from counts. */
async function measureColumns(
  input: Input,
  { references, current, options }: Sides & { readonly options: MeasureOptions },
  context: StepContext,
): Promise<readonly ColumnDrift[]> {
  const columns = new Map<string, ColumnDrift>();
  for (const reference of references) {
    const rows = current.comparedBy(reference.manifest.encoders);
    for (const sample of columnSamples(reference, rows)) {
      if (input.columns && !input.columns.includes(sample.column)) continue;
      const found = measureSample(sample, options);
      const before = columns.get(found.column);
      if (!before || found.value > before.value) columns.set(found.column, found);
      context.heartbeat();
      // Lets a cancellation through.
      await setImmediate();
      context.signal.throwIfAborted();
    }
  }
  return [...columns.values()];
}

const COMPARABLE: readonly string[] = ['number', 'image', 'category'];

const comparable = ({ encoders }: Pick<DatasetManifest, 'encoders'>): readonly string[] =>
  encoders.filter(({ type }) => COMPARABLE.includes(type)).flatMap(columnsOf);

const columnsToCompare = (
  { columns }: Input,
  references: readonly LoadedPart[],
): readonly string[] =>
  columns ?? [...new Set(references.flatMap(({ manifest }) => comparable(manifest)))];

function requireColumns({ columns = [] }: Input, manifests: readonly DatasetManifest[]): void {
  const known = new Set(manifests.flatMap(comparable));
  const stray = columns.find((column) => !known.has(column));
  if (stray === undefined) return;
  throw new PipelineError(
    'DATA_INVALID',
    `drift: ${JSON.stringify(stray)} is no number, pixel or category that the reference reads`,
    { remedy: `there are ${listed([...known])}` },
  );
}

function countClasses({ classes, sample }: PredictionSample): PredictionDrift['classes'] {
  const count = (answers: CategoryAnswers, name: string) =>
    answers.filter((answer) => answer === name).length;
  return classes.map((name) => ({
    class: name,
    reference: count(sample.reference, name),
    current: count(sample.current, name),
  }));
}

type CategoryAnswers = PredictionSample['sample']['reference'];

const invalid = (message: string, remedy: string): PipelineError =>
  new PipelineError('SPEC_INVALID', message, { remedy });
