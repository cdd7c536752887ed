/**
 * Starts a run that outlives its starter, and waits until it has ended or only waits for people.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  defineSignal,
  isCancellation,
  ParentClosePolicy,
  scheduleActivity,
  setHandler,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { priorityOptions } from '../priority.ts';
import type { RunInput } from './run-input.ts';

/** A run, by its id, tells the workflow that started it: no step is at work, people must decide. */
export const waitsForPeopleSignal = defineSignal<[string]>('waitsForPeople');

/** How watching ended; `joined`: there was such a run already. */
export type RunEnd = 'ended' | 'waits-for-people' | 'joined';

interface WatchedRun {
  readonly id: string;
  readonly input: RunInput;
  readonly onCancel: 'cancel' | 'terminate';
}

const TERMINATE_OPTIONS = {
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '10m',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
} as const;

/** @throws CancelledFailure when it was cancelled, once the run has been ended too. */
export async function watchRun(watched: WatchedRun): Promise<RunEnd> {
  const waiting = new Promise<RunEnd>((resolve) => {
    setHandler(waitsForPeopleSignal, () => {
      resolve('waits-for-people');
    });
  });
  const child = await startRun(watched);
  if (!child) return 'joined';
  const ended = child.result().then(
    (): RunEnd => 'ended',
    async (error: unknown): Promise<RunEnd> => {
      // How a run ended is its own affair, unless it was this workflow that ended it.
      if (!isCancelled() || !isCancellation(error)) return 'ended';
      if (watched.onCancel === 'terminate') await terminate(watched.id);
      throw error;
    },
  );
  return Promise.race([ended, waiting]);
}

const isCancelled = (): boolean => CancellationScope.current().consideredCancelled;

const terminate = (id: string): Promise<void> =>
  CancellationScope.nonCancellable(() =>
    scheduleActivity('terminate-run', [{ run: id }], TERMINATE_OPTIONS),
  );

/** @returns `null` where there was a run with this id, open or ended. */
async function startRun({ id, input, onCancel }: WatchedRun) {
  const { plan, submittedBy, origin } = input;
  try {
    return await startChild('runPipeline', {
      workflowId: id,
      args: [input],
      memo: { pipeline: plan.pipeline, planDigest: plan.digest, submittedBy, origin },
      staticSummary: plan.pipeline,
      ...priorityOptions(plan),
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType:
        onCancel === 'terminate'
          ? ChildWorkflowCancellationType.ABANDON
          : ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}
