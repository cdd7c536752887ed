/** The heavy part of a trigger by drift: reads the new data and what the model was trained on. */
import { setImmediate } from 'node:timers/promises';
import type { ArtifactStore } from '../artifacts/artifact.ts';
import { loadPart } from '../data/load-part.ts';
import { SourceFiles } from '../data/sources/source-files.ts';
import { openWholeSource } from '../data/sources/open-whole-source.ts';
import { rowCount } from '../data/table.ts';
import { PipelineError } from '../errors.ts';
import { measureColumns, type ColumnDrift } from '../ml/audit/column-drift.ts';
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
 * A feature has drifted where its index is above the threshold and chance does not explain it
 * (Bonferroni's correction over the features). Of a fusion whose members were trained on different
 * data the largest index counts: one member that no longer knows the data is enough.
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
  const table = await openWholeSource(source, { rootOf, scratch, files, signal });
  const fingerprint = files.digest;
  const columns = new Map<string, ColumnDrift>();
  let rows = rowCount(table);
  for (const dataset of job.datasets) {
    const part = await loadPart(store, dataset, 'train');
    rows = Math.min(rows, part.rows);
    for (const found of measureColumns(part, table)) {
      const before = columns.get(found.column);
      if (!before || found.psi > before.psi) columns.set(found.column, found);
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
  { threshold, features }: DriftJob,
): Pick<DriftFinding, 'verdict' | 'compared' | 'drifted' | 'strongest'> {
  const ranked = [...columns].sort((a, b) => b.psi - a.psi);
  const drifted = ranked.filter(
    ({ psi, pValue }) => psi > threshold && pValue * columns.length < FALSE_ALARMS,
  );
  const named = drifted.length > 0 ? drifted : ranked;
  return {
    verdict: drifted.length >= features ? 'drift' : 'no-drift',
    compared: columns.length,
    drifted: drifted.length,
    strongest: named.slice(0, MOST_NAMED).map(({ column, psi }) => ({ name: column, psi })),
  };
}

function requireFeatures({ features }: DriftJob, compared: number): void {
  if (features <= compared) return;
  throw new PipelineError(
    'SPEC_INVALID',
    `${features} features must have drifted, but the model reads ${compared}`,
    { remedy: 'lower `on.drift.features`' },
  );
}
