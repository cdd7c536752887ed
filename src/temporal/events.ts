/** Events from outside, sent to runs whose steps wait for them. */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { PipelineError } from '../errors.ts';
import type { EventAnswer, OutsideEvent } from '../workflows/run-state.ts';
import { isDeadline, noWorker } from './runs.ts';
import { TASK_QUEUE } from './settings.ts';

const UPDATE_TIMEOUT_MS = 10_000;

/**
 * Sends one event as the update `submitEvent`, which answers at once; where no worker answers, as
 * the signal `event`, which waits for one. Both carry the same id, so it counts once.
 *
 * @throws PipelineError `RUN_NOT_FOUND` if there is no such run, or it has ended; `NO_WORKER` where
 * the event was left as a signal.
 */
export async function sendEvent(
  client: Client,
  run: string,
  event: OutsideEvent,
): Promise<EventAnswer> {
  const handle = client.workflow.getHandle(run);
  try {
    return await client.withDeadline(Date.now() + UPDATE_TIMEOUT_MS, () =>
      handle.executeUpdate<EventAnswer, [OutsideEvent]>('submitEvent', { args: [event] }),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw gone(run, error);
    const isUnanswered = (error as Error).name === 'WorkflowUpdateRPCTimeoutOrCancelledError';
    if (!isDeadline(error) && !isUnanswered) throw error;
  }
  await handle.signal('event', event);
  const { message } = noWorker(TASK_QUEUE);
  throw new PipelineError('NO_WORKER', `${message}: the event waits for one`);
}

const gone = (run: string, cause: unknown): PipelineError =>
  new PipelineError('RUN_NOT_FOUND', `no run "${run}" is open`, {
    remedy: '`modelwright status` lists the runs',
    cause,
  });
