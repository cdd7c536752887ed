/** Starts the runs of a push, each once however often the push is delivered. */
import type { Client } from '@temporalio/client';
import { startRun } from '../temporal/runs.ts';
import type { FoundPipeline } from './catalogue.ts';
import { loadFromTexts, readChildTexts } from './child-pipelines.ts';
import { pushPlan } from './pipeline-file.ts';
import { labelOf } from './pipeline-label.ts';
import type { Snapshot } from './snapshot.ts';
import type { SyncReport } from './sync-report.ts';

/** The run's id names its commit and plan, so that the same push is the same run. */
export async function startPushRuns(
  client: Client,
  { source, commit, info, ref }: Snapshot,
  chosen: readonly FoundPipeline[],
): Promise<SyncReport['runs']> {
  if (commit === null || info === null) return [];
  const contents = await source.read(await source.sizes(chosen.map(({ blob }) => blob)));
  const runs: SyncReport['runs'][number][] = [];
  for (const { name, file, blob, pipelines } of chosen) {
    const plan = pushPlan({
      text: new TextDecoder().decode(contents.get(blob)),
      label: labelOf(commit, file),
      load: loadFromTexts(await readChildTexts(source, pipelines), commit),
    });
    const { author, subject } = info;
    const { repository } = source;
    const { id, fresh } = await startRun(client, {
      plan,
      submittedBy: author,
      origin: { type: 'push', repository, ref, commit, author, subject, file },
      commit,
      runId: `${name}-${commit.slice(0, 12)}-${plan.digest.slice(0, 12)}`,
    });
    runs.push({ pipeline: name, id, fresh });
  }
  return runs;
}
