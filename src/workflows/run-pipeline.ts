/**
 * The one workflow type: it runs any plan.
 *
 * It holds no rules of its own: `scheduler.ts` says what starts, `phases.ts` what comes after,
 * `review.ts` which decisions count; this file turns their commands into steps and messages. It
 * does no I/O and reads no YAML; the plan is its whole input.
 *
 * A long run goes on as a new execution before its history grows too long: see `operations.ts`
 * for when, and `CarriedRun` for what it takes along.
 */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  isCancellation,
  makeContinueAsNewFunc,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { RunIdentity } from '../activities/step.ts';
import { isJsonObject } from '../json.ts';
import type { Plan } from '../plan/plan.ts';
import { resolveTemplate } from '../plan/template.ts';
import { EventDesk } from './event-desk.ts';
import { findKeptResults } from './kept-results.ts';
import { Operations } from './operations.ts';
import { PhaseRunner } from './phase-runner.ts';
import type { Verdict } from './phases.ts';
import { everyStep } from './phases.ts';
import { ReviewDesk } from './review-desk.ts';
import type { CarriedRun, RunInput } from './run-input.ts';
import type {
  EventAnswer,
  OutsideEvent,
  ReviewAnswer,
  ReviewDecision,
  RunState,
  RunStatus,
  StepFailure,
} from './run-state.ts';
import { checkEvent, failureOf, writeReport } from './step-activities.ts';
import { SubPipelines } from './sub-pipelines.ts';
import { Turn } from './turn.ts';
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
  return new PipelineRun(input).execute();
}

class PipelineRun {
  private readonly input: RunInput;
  private readonly plan: Plan;
  private readonly run: RunIdentity;
  private readonly operations = new Operations();
  private readonly desk: ReviewDesk;
  private readonly events: EventDesk;
  private readonly pipelines: SubPipelines;
  private readonly turn: Turn;
  private readonly runner: PhaseRunner;
  private readonly startedAtMs: number;
  private cancelled: boolean;
  private ending: Partial<Pick<RunStatus, 'manifest' | 'report' | 'outputs' | 'error'>> = {};
  /** Of the whole run, once its report is being written. */
  private verdict: Verdict | null = null;
  private finishedAtMs: number | null = null;
  private starterWatches: boolean;

  constructor(input: RunInput) {
    const { plan, carried } = input;
    this.input = input;
    this.plan = plan;
    this.run = identityOf(input);
    this.startedAtMs = carried?.startedAtMs ?? Date.now();
    this.cancelled = carried?.cancelled ?? false;
    this.starterWatches = carried?.starterWatches ?? true;
    this.desk = new ReviewDesk(this.run, gatesOf(plan), carried?.reviews);
    this.events = new EventDesk(
      (check) => this.operations.performNow(() => checkEvent(check)),
      carried?.events,
    );
    this.pipelines = new SubPipelines(plan, this.run);
    this.turn = new Turn(this.run.id, plan.concurrency, carried?.hasTurn ?? false);
    const { run, startedAtMs, operations, desk, events, pipelines } = this;
    this.runner = new PhaseRunner(
      {
        shared: {
          ...{ plan, run, startedAtMs, operations, desk, events, pipelines },
          cache: input.cache,
        },
        onChange: () => this.release(),
        goOnAnew: () => this.goOnAnew(),
      },
      carried?.steps,
    );
    this.listen();
  }

  private listen(): void {
    setHandler(statusQuery, () => this.status());
    setHandler(reviewSignal, (message) => void this.desk.submit(message));
    setHandler(submitReviewUpdate, (message) => this.desk.submit(message));
    setHandler(eventSignal, (message) => void this.events.submit(message));
    setHandler(submitEventUpdate, (message) => this.events.submitAndAnswer(message));
    setHandler(waitsForPeopleSignal, (run) => {
      const step = this.pipelines.waitsForPeople(run);
      if (step !== null && this.pipelines.isWaiting()) this.runner.waiting(step);
    });
  }

  async execute(): Promise<RunStatus> {
    const verdict = this.runner.verdict() ?? (await this.performSteps());
    // What a person decides from here on could not count.
    if (this.cancelled) this.desk.close();
    return CancellationScope.nonCancellable(async () => {
      // A run that never began has done nothing that needs clearing up.
      if (!this.ending.error) await this.runner.performRest(verdict);
      return this.conclude(this.runner.wholeVerdict(verdict));
    });
  }

  /** The pipeline's own steps, to their end or their cancellation. */
  private async performSteps(): Promise<Verdict> {
    try {
      if (!this.cancelled) {
        const obstacle = this.runner.hasBegun() ? null : await this.prepare();
        if (!obstacle) return await this.runner.performSteps();
        const { code, message, verdict } = obstacle;
        this.ending = { error: { code, message } };
        await this.runner.cancel();
        return verdict;
      }
    } catch (error) {
      if (!isCancellation(error)) throw error;
      this.cancelled = true;
      this.desk.close();
    }
    return CancellationScope.nonCancellable(() => this.runner.cancel());
  }

  /** @returns what keeps the run from beginning. */
  private async prepare(): Promise<(StepFailure & { readonly verdict: Verdict }) | null> {
    if (!(await this.turn.come())) {
      const { group } = this.plan.concurrency ?? {};
      const message = `another run of the group "${group}" is at work`;
      return { code: 'CONCURRENCY_SKIPPED', message, verdict: 'cancelled' };
    }
    try {
      // Runs of versions that kept nothing did not ask.
      if (patched('kept-results')) this.runner.keep(await findKeptResults(this.input, this.run));
      return null;
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { ...failureOf(error), verdict: 'failed' };
    }
  }

  /** Does not return, unless something has begun while handlers were finishing. */
  private async goOnAnew(): Promise<void> {
    await condition(allHandlersFinished);
    if (!this.operations.isDrained()) return;
    const { startTime, memo } = workflowInfo();
    // Lists show when the run began, not its latest execution.
    const startedAt = memo?.['startedAt'] ?? startTime.toISOString();
    const goOn = makeContinueAsNewFunc<typeof runPipeline>({ memo: { ...memo, startedAt } });
    await goOn({ ...this.input, carried: this.carry() });
  }

  private carry(): CarriedRun {
    return {
      startedAtMs: this.startedAtMs,
      cancelled: this.cancelled,
      steps: this.runner.carry(),
      reviews: this.desk.carry(),
      events: this.events.carry(),
      hasTurn: this.turn.isHeld(),
      starterWatches: this.starterWatches,
    };
  }

  /**
   * Once only people can bring the run on, others need not wait for it: the workflow that started
   * it ends, so that its schedule may go on, and the next run of its group gets its turn.
   */
  private release(): void {
    if (this.runner.isAtWork() || !this.isWaitingForPeople()) return;
    this.turn.giveBack();
    const { parent } = workflowInfo();
    if (!parent || !this.starterWatches) return;
    this.starterWatches = false;
    const starter = getExternalWorkflowHandle(parent.workflowId, parent.runId);
    // One that is gone need not hear it.
    starter.signal(waitsForPeopleSignal, this.run.id).catch(() => undefined);
  }

  /** Writes the report, whatever the end was, and then tells Temporal how it ended. */
  private async conclude(verdict: Verdict): Promise<RunStatus> {
    this.desk.close();
    this.turn.giveBack();
    this.finishedAtMs = Date.now();
    this.verdict = verdict;
    this.ending = { error: this.ending.error ?? this.firstFailure() };
    if (this.verdict === 'succeeded') this.resolveOutputs();
    await this.report();
    const status = this.status();
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

  /** A report that cannot be written fails the run, but its status must not be lost with it. */
  private async report(): Promise<void> {
    try {
      const written = await writeReport({ status: this.status(), plan: this.plan });
      this.ending = { ...this.ending, ...written };
    } catch (error) {
      const { code, message } = failureOf(error);
      if (this.verdict === 'succeeded') this.verdict = 'failed';
      const report = { code, message: `the report was not written: ${message}` };
      this.ending = { ...this.ending, error: this.ending.error ?? report };
    }
  }

  private resolveOutputs(): void {
    try {
      const { runner, plan } = this;
      const outputs = resolveTemplate(
        { map: plan.outputs },
        runner.outputs(),
        runner.surroundings(),
      );
      this.ending = { ...this.ending, outputs: isJsonObject(outputs) ? outputs : null };
    } catch (error) {
      this.verdict = 'failed';
      this.ending = { ...this.ending, error: failureOf(error) };
    }
  }

  private firstFailure(): StepFailure | null {
    const failed = this.runner.firstFailed();
    return failed && { code: failed.code, message: `step "${failed.step}": ${failed.message}` };
  }

  private status(): RunStatus {
    const refusedEvents = this.events.refusals();
    return {
      run: this.run,
      state: this.runState(),
      startedAtMs: this.startedAtMs,
      finishedAtMs: this.finishedAtMs,
      steps: this.runner.statuses(),
      gates: this.desk.gates(),
      strayRefusals: this.desk.strayRefusals(),
      ...(refusedEvents.length === 0 ? {} : { refusedEvents }),
      manifest: this.ending.manifest ?? null,
      report: this.ending.report ?? null,
      outputs: this.ending.outputs ?? null,
      error: this.ending.error ?? null,
    };
  }

  private isWaitingForPeople(): boolean {
    return this.desk.isWaiting() || this.pipelines.isWaiting();
  }

  private runState(): RunState {
    // Until the report is written the run is still at work.
    if (this.verdict && this.finishedAtMs !== null) return this.verdict;
    if (this.turn.isWaiting()) return 'queued';
    return this.isWaitingForPeople() ? 'waiting-for-review' : 'running';
  }
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

const gatesOf = (plan: Plan): readonly string[] =>
  everyStep(plan).flatMap(({ kind, id }) => (kind === 'human-review' ? [id] : []));
