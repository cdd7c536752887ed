/**
 * The one workflow type: it runs any plan.
 *
 * `run.ts` says what a run does; this file lets messages in and tells Temporal how the run ended.
 * It does no I/O and reads no YAML; the plan is its whole input.
 *
 * A long run goes on as a new execution before its history grows too long: see `operations.ts`
 * for when, and `CarriedRun` for what it takes along.
 */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancelledFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  makeContinueAsNewFunc,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { RunIdentity } from '../activities/step.ts';
import { Run } from './run.ts';
import type { RunInput } from './run-input.ts';
import type {
  EventAnswer,
  OutsideEvent,
  ReviewAnswer,
  ReviewDecision,
  RunStatus,
} from './run-state.ts';
import { TemporalHost } from './temporal-host.ts';
import { waitsForPeopleSignal } from './watch-run.ts';

export const statusQuery = defineQuery<RunStatus>('status');
export const reviewSignal = defineSignal<[ReviewDecision]>('review');
export const submitReviewUpdate = defineUpdate<ReviewAnswer, [ReviewDecision]>('submitReview');
export const eventSignal = defineSignal<[OutsideEvent]>('event');
export const submitEventUpdate = defineUpdate<EventAnswer, [OutsideEvent]>('submitEvent');

/**
 * Runs a plan to its end.
 *
 * @returns the final status of a run that succeeded.
 * @throws ApplicationFailure, its type the error code of the first failed step and its first
 * detail the final `RunStatus`; CancelledFailure after a cancellation, once the report is written.
 */
export async function runPipeline(input: RunInput): Promise<RunStatus> {
  const { plan, cache, carried, heldGroups } = input;
  const identity = identityOf(input);
  const host = new TemporalHost(input, identity);
  const run: Run = new Run({
    ...{ plan, cache, carried, heldGroups, host },
    run: identity,
    goOnAnew: () => goOnAnew(input, run, host),
  });
  listen(run);
  return endOf(await run.execute());
}

function listen(run: Run): void {
  setHandler(statusQuery, () => run.status());
  setHandler(reviewSignal, (message) => void run.desk.submit(message));
  setHandler(submitReviewUpdate, (message) => run.desk.submit(message));
  setHandler(eventSignal, (message) => void run.events.submit(message));
  setHandler(submitEventUpdate, (message) => run.events.submitAndAnswer(message));
  setHandler(waitsForPeopleSignal, (child) => run.childWaits(child));
}

/** Does not return, unless something has begun while handlers were finishing. */
async function goOnAnew(input: RunInput, run: Run, host: TemporalHost): Promise<void> {
  await condition(allHandlersFinished);
  if (!host.operations.isDrained()) return;
  const { startTime, memo } = workflowInfo();
  // Lists show when the run began, not its latest execution.
  const startedAt = memo?.['startedAt'] ?? startTime.toISOString();
  const goOn = makeContinueAsNewFunc<typeof runPipeline>({ memo: { ...memo, startedAt } });
  await goOn({ ...input, carried: { ...run.carry(), ...host.carry() } });
}

/** Tells Temporal how the run ended. */
function endOf(status: RunStatus): RunStatus {
  if (status.state === 'cancelled') throw new CancelledFailure('the run was cancelled', [status]);
  if (status.state !== 'failed') return status;
  const error = status.error ?? { code: 'INTERNAL', message: 'the run failed' };
  throw ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: true,
    details: [status],
  });
}

function identityOf({ plan, submittedBy, origin, commit }: RunInput): RunIdentity {
  return {
    id: workflowInfo().workflowId,
    pipeline: plan.pipeline,
    planDigest: plan.digest,
    submittedBy,
    origin: origin ?? { type: 'person' },
    ...(commit === undefined ? {} : { commit }),
  };
}
