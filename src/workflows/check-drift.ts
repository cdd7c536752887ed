/**
 * What a drift trigger's schedule starts: looks whether new data is still like what the model in the
 * registry was trained on, and starts a run if not.
 */
import { scheduleActivity, workflowInfo } from '@temporalio/workflow';
import type { DriftMeasurement, DriftQuestion } from '../activities/measure-drift.ts';
import type { Plan } from '../plan/plan.ts';
import type { DriftTrigger } from '../spec/spec.ts';
import { LOOK_OPTIONS } from './look-options.ts';
import type { RunEnd } from './watch-run.ts';
import { watchRun } from './watch-run.ts';

export interface DriftCheckInput {
  readonly plan: Plan;
  readonly commit?: string | undefined;
  readonly file: string;
  readonly scheduleId: string;
  readonly trigger: DriftTrigger;
  readonly declared: string;
}

/** Temporal hands it to the next check of the same schedule. */
export interface DriftCheckResult {
  /** Of the check's input: what another plan or threshold found does not count. */
  readonly declared: string;
  /** See `DriftMeasurement`. */
  readonly key: string;
  /** What was found, in words, by this check or by the last one that compared. */
  readonly says: string;
  /** The run that this drift started; `null`: none. */
  readonly run: string | null;
  /** `null`: this check started none. */
  readonly end: RunEnd | null;
}

/** One run for one drift: its id is made from the new data, the training data and the plan. */
export async function checkDrift(input: DriftCheckInput): Promise<DriftCheckResult> {
  const { plan, commit, scheduleId, declared } = input;
  const { source, model, statistic, threshold, features } = input.trigger;
  const { workflowId: check, lastResult } = workflowInfo();
  const last = lastResult as DriftCheckResult | undefined;
  const before = last?.declared === declared ? last : undefined;
  const question: DriftQuestion = {
    ...{ check, source, commit, model, statistic, threshold, features },
    before: before && { key: before.key, says: before.says },
  };
  const found = await scheduleActivity<DriftMeasurement>('measure-drift', [question], LOOK_OPTIONS);
  const { state, key, says, version, strongest } = found;
  if (before && state === 'unchanged') return { ...before, end: null };
  if (state !== 'drift' || version === null) return { declared, key, says, run: null, end: null };
  const run = `${plan.pipeline}-drift-${key.slice(0, 12)}-${plan.digest.slice(0, 8)}`;
  const origin = {
    type: 'drift',
    source,
    model: { name: model.name, version },
    features: strongest,
  } as const;
  const end = await watchRun({
    id: run,
    input: { plan, commit, submittedBy: scheduleId, origin },
    onCancel: 'cancel',
  });
  return { declared, key, says, run, end };
}
