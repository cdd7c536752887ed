/**
 * What a data trigger's schedule starts: looks whether a source has changed since the check before,
 * and starts a run if so.
 */
import { scheduleActivity, workflowInfo } from '@temporalio/workflow';
import type { SourceFingerprints } from '../activities/fingerprint-sources.ts';
import type { Plan } from '../plan/plan.ts';
import type { DataTrigger } from '../spec/spec.ts';
import { LOOK_OPTIONS } from './look-options.ts';
import type { RunEnd } from './watch-run.ts';
import { watchRun } from './watch-run.ts';

export interface DataCheckInput {
  readonly plan: Plan;
  readonly commit?: string | undefined;
  readonly file: string;
  readonly scheduleId: string;
  readonly trigger: DataTrigger;
  readonly declared: string;
}

/** Temporal hands it to the next check of the same schedule. */
export interface DataCheckResult extends SourceFingerprints {
  /** The run that this content started. */
  readonly run: string;
  /** `null`: nothing has changed. */
  readonly end: RunEnd | null;
}

/** One run for one content: its id is made from the content and the plan. */
export async function checkData(input: DataCheckInput): Promise<DataCheckResult> {
  const { plan, commit, trigger, scheduleId } = input;
  const { sources } = trigger;
  const found = await scheduleActivity<SourceFingerprints>(
    'fingerprint-sources',
    [{ sources, commit }],
    LOOK_OPTIONS,
  );
  const before = workflowInfo().lastResult as DataCheckResult | undefined;
  const changed = sources.find((source) => found.sources[source] !== before?.sources[source]);
  if (before && changed === undefined) return { ...found, run: before.run, end: null };
  const source = changed ?? '';
  const run = `${plan.pipeline}-data-${found.fingerprint.slice(0, 12)}-${plan.digest.slice(0, 8)}`;
  const fingerprint = found.sources[source] ?? found.fingerprint;
  const origin = { type: 'data', source, fingerprint } as const;
  const end = await watchRun({
    id: run,
    input: { plan, commit, submittedBy: scheduleId, origin },
    onCancel: 'cancel',
  });
  return { ...found, run, end };
}
