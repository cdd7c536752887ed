/**
 * What a schedule starts: a small workflow that starts the run and is open for as long as the run
 * is at work. Temporal's overlap policy looks at this workflow: a run that only waits for people
 * has let it go, so that the next time can come.
 */
import { workflowInfo } from '@temporalio/workflow';
import type { Plan } from '../plan/plan.ts';
import type { ScheduleTrigger } from '../spec/spec.ts';
import type { RunEnd } from './watch-run.ts';
import { watchRun } from './watch-run.ts';

export interface ScheduledRunInput {
  readonly plan: Plan;
  /** See `RunIdentity.commit`. */
  readonly commit?: string | undefined;
  /** The pipeline's file, as people know it. */
  readonly file: string;
  readonly scheduleId: string;
  /** As the pipeline's file says it. */
  readonly trigger: ScheduleTrigger;
  /** What a cancellation of this workflow, which a newer time asks for, does to the run. */
  readonly onCancel: 'cancel' | 'terminate';
  /** Digest of everything that the schedule was made from: equal digests, equal schedules. */
  readonly declared: string;
}

export interface ScheduledRunResult {
  readonly run: string;
  readonly end: RunEnd;
}

/** One run for one due time, however often that time is asked for. */
export async function scheduledRun(input: ScheduledRunInput): Promise<ScheduledRunResult> {
  const { plan, commit, scheduleId, trigger, onCancel } = input;
  const dueAt = dueTime();
  const run = `${plan.pipeline}-${trigger.key}-${stampOf(dueAt)}`;
  const origin = { type: 'schedule', scheduleId, dueAt: dueAt.toISOString() } as const;
  const end = await watchRun({
    id: run,
    input: { plan, commit, submittedBy: scheduleId, origin },
    onCancel,
  });
  return { run, end };
}

/** The time that was due, without jitter; a workflow that no schedule started is due at once. */
function dueTime(): Date {
  const { searchAttributes, startTime } = workflowInfo();

  const [due] = (searchAttributes['TemporalScheduledStartTime'] ?? []) as unknown[];
  return due instanceof Date ? due : startTime;
}

/** `20261124-030000`, UTC. */
const stampOf = (time: Date): string =>
  time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
