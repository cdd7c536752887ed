/** The heavy part of a trigger by drift: reads the new data and what the model was trained on. */
import { setImmediate } from 'node:timers/promises';
import type { ArtifactStore } from '../artifacts/artifact.ts';
import type { Encoder } from '../data/dataset.ts';
import { columnsOf } from '../data/encoders/encodings.ts';
import { loadPart } from '../data/load-part.ts';
import { SourceFiles } from '../data/sources/source-files.ts';
import { openSource } from '../data/sources/open-source.ts';
import { rowCount } from '../data/table.ts';
import { PipelineError } from '../errors.ts';
import { columnSamples } from '../ml/audit/column-drift.ts';
import { judgeColumns, permutationsFor } from '../ml/audit/drift/judge-columns.ts';
import { measureSample, type ColumnDrift } from '../ml/audit/drift/measure-sample.ts';
import { LEAST_ROWS, type DriftFinding, type DriftJob } from './drift-job.ts';

const MOST_NAMED = 5;
/** The chance that data which has not moved starts a run, over all its features. */
const FALSE_ALARMS = 0.01;

interface Surroundings {
  readonly store: ArtifactStore;
  readonly signal: AbortSignal;
}

/**
 * Compares each column that the model reads with the training part, by name.
 *
 * A feature has drifted where its statistic is above the threshold and chance does not explain it,
 * corrected over the features. Of a fusion whose members were trained on different data the largest
 * statistic counts: one member that no longer knows the data is enough.
 *
 * @throws PipelineError `DATA_INVALID` for a column that the source lacks, a cell that is no number
 * in a column of numbers, or a CSV that cannot be read; `SPEC_INVALID` if more features are asked
 * for than the model has; as `readSourceFile`, `loadPart`.
 */
export async function compareWithTraining(
  job: DriftJob,
  { store, signal }: Surroundings,
): Promise<DriftFinding> {
  const files = new SourceFiles();
  const { source, dataRoot, scratch } = job;
  const rootOf = () => Promise.resolve(dataRoot);
  const table = await openSource({ source }, { rootOf, scratch, files, signal });
  const fingerprint = files.digest;
  const columns = new Map<string, ColumnDrift>();
  let rows = rowCount(table);
  for (const dataset of job.datasets) {
    const part = await loadPart(store, dataset, 'train');
    rows = Math.min(rows, part.rows);
    const permutations = permutationsFor(numericColumns(part.manifest.encoders), FALSE_ALARMS);
    for (const sample of columnSamples(part, table)) {
      const found = measureSample(sample, { statistic: job.statistic, seed: 0, permutations });
      const before = columns.get(found.column);
      if (!before || found.value > before.value) columns.set(found.column, found);
      // Lets a cancellation through.
      await setImmediate();
      signal.throwIfAborted();
    }
  }
  requireFeatures(job, columns.size);
  if (rows < LEAST_ROWS) {
    return { fingerprint, verdict: 'too-few-rows', rows, compared: 0, drifted: 0, strongest: [] };
  }
  return { fingerprint, rows, ...judge([...columns.values()], job) };
}

function judge(
  columns: readonly ColumnDrift[],
  { threshold, features, statistic }: DriftJob,
): Pick<DriftFinding, 'verdict' | 'compared' | 'drifted' | 'strongest'> {
  const judged = judgeColumns(columns, { threshold, alpha: FALSE_ALARMS });
  const drifted = judged.filter(({ hasDrifted }) => hasDrifted);
  const named = drifted.length > 0 ? drifted : judged;
  return {
    verdict: drifted.length >= features ? 'drift' : 'no-drift',
    compared: columns.length,
    drifted: drifted.length,
    strongest: named
      .slice(0, MOST_NAMED)
      .map(({ column, value }) => ({ name: column, statistic, value })),
  };
}

/** As many as may be measured; a test of more than there are costs little. */
const numericColumns = (encoders: readonly Encoder[]): number =>
  encoders.reduce((sum, encoder) => sum + columnsOf(encoder).length, 0);

function requireFeatures({ features }: DriftJob, compared: number): void {
  if (features <= compared) return;
  throw new PipelineError(
    'SPEC_INVALID',
    `${features} features must have drifted, but the model reads ${compared}`,
    { remedy: 'lower `on.drift.features`' },
  );
}
