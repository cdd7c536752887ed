/**
 * The one workflow type: it runs any plan.
 *
 * It holds no rules of its own: `scheduler.ts` says what starts, `review.ts` says which decisions
 * count; this file turns their commands into Temporal activities, timers and messages. It does no
 * I/O and reads no YAML; the plan is its whole input.
 */
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { RunIdentity, RunOrigin } from '../activities/step.ts';
import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { resolveTemplate } from '../plan/template.ts';
import { ReviewDesk } from './review-desk.ts';
import type {
  ReviewAnswer,
  ReviewDecision,
  RunState,
  RunStatus,
  StepFailure,
} from './run-state.ts';
import type { SchedulerEvent, SchedulerState } from './scheduler.ts';
import { advance, initialState, schedulerGraph } from './scheduler.ts';
import { failureOf, runStepActivity, writeReport } from './step-activities.ts';
import { waitsForPeopleSignal } from './watch-run.ts';

export interface RunInput {
  readonly plan: Plan;
  /** A person's name, for four-eyes rules and the manifest. */
  readonly submittedBy: string;
  /** @default a person */
  readonly origin?: RunOrigin | undefined;
  /** See `RunIdentity.commit`. */
  readonly commit?: string | undefined;
}

export const statusQuery = defineQuery<RunStatus>('status');
export const reviewSignal = defineSignal<[ReviewDecision]>('review');
export const submitReviewUpdate = defineUpdate<ReviewAnswer, [ReviewDecision]>('submitReview');

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
  private readonly plan: Plan;
  private readonly run: RunIdentity;
  private readonly graph: ReturnType<typeof schedulerGraph>;
  private readonly stepOf: ReadonlyMap<string, PlanStep>;
  private readonly desk: ReviewDesk;
  private readonly startedAtMs = Date.now();
  private scheduler: SchedulerState;
  private outputsOf: { [step: string]: JsonObject } = {};
  private verdict: Extract<RunState, 'succeeded' | 'failed' | 'cancelled'> | null = null;
  private ending: Partial<Pick<RunStatus, 'manifest' | 'report' | 'outputs' | 'error'>> = {};
  private finishedAtMs: number | null = null;
  private starterWatches = true;

  constructor({ plan, submittedBy, origin = { type: 'person' }, commit }: RunInput) {
    this.plan = plan;
    this.run = {
      id: workflowInfo().workflowId,
      pipeline: plan.pipeline,
      planDigest: plan.digest,
      submittedBy,
      origin,
      ...(commit === undefined ? {} : { commit }),
    };
    this.graph = schedulerGraph(plan);
    this.stepOf = new Map(plan.steps.map((step) => [step.id, step]));
    this.scheduler = initialState(this.graph);
    const gates = plan.steps.filter(({ kind }) => kind === 'human-review').map(({ id }) => id);
    this.desk = new ReviewDesk(this.run, gates);
    setHandler(statusQuery, () => this.status());
    setHandler(reviewSignal, (message) => void this.desk.submit(message));
    setHandler(submitReviewUpdate, (message) => this.desk.submit(message));
  }

  async execute(): Promise<RunStatus> {
    try {
      this.apply({ type: 'begin', atMs: Date.now() });
      await condition(() => this.verdict !== null);
    } catch (error) {
      if (!isCancellation(error)) throw error;
      // What a person decides from here on could not count.
      this.desk.close();
      await CancellationScope.nonCancellable(async () => {
        this.apply({ type: 'cancel', atMs: Date.now() });
        await condition(() => this.verdict !== null);
      });
    }
    return CancellationScope.nonCancellable(() => this.conclude());
  }

  /** Feeds one event to the scheduler and starts what it says. */
  private apply(event: SchedulerEvent): void {
    const { state, commands } = advance(this.graph, this.scheduler, event);
    this.scheduler = state;
    for (const command of commands) {
      if (command.type === 'finish') this.verdict = command.state;
      else void this.runStep(command.step);
    }
    this.releaseStarter();
  }

  /**
   * Tells the workflow that started this one, if any, once only people can bring it on: that one
   * then ends, and its schedule may go on.
   */
  private releaseStarter(): void {
    const { parent } = workflowInfo();
    const isAtWork = this.scheduler.steps.some(({ state }) => state === 'running');
    if (!parent || !this.starterWatches || isAtWork || !this.desk.isWaiting()) return;
    this.starterWatches = false;
    const starter = getExternalWorkflowHandle(parent.workflowId, parent.runId);
    // One that is gone need not hear it.
    starter.signal(waitsForPeopleSignal).catch(() => undefined);
  }

  /** Never rejects: every end of a step becomes an event. */
  private async runStep(id: string): Promise<void> {
    try {
      const step = this.stepOf.get(id);
      if (!step) throw new RangeError(`the plan has no step ${id}`);
      const outputs = await this.perform(step);
      this.outputsOf[id] = outputs;
      this.apply({ type: 'succeeded', step: id, outputs, atMs: Date.now() });
    } catch (error) {
      const atMs = Date.now();
      if (isCancellation(error)) this.apply({ type: 'cancelled', step: id, atMs });
      else this.apply({ type: 'failed', step: id, error: failureOf(error), atMs });
    }
  }

  private async perform(step: PlanStep): Promise<JsonObject> {
    const input = resolveTemplate(step.with, this.outputsOf);
    if (!isJsonObject(input)) throw new TypeError(`step ${step.id}: \`with\` is not a map`);
    const { run } = this;
    const result = await runStepActivity(step, {
      run,
      step: step.id,
      kind: step.kind,
      with: input,
    });
    if (step.kind !== 'human-review') return result;
    return this.desk.hold(step, input, result, () =>
      this.apply({ type: 'waiting', step: step.id }),
    );
  }

  /** Writes the report, whatever the end was, and then tells Temporal how it ended. */
  private async conclude(): Promise<RunStatus> {
    this.desk.close();
    this.finishedAtMs = Date.now();
    this.ending = { error: this.firstFailure() };
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
      const outputs = resolveTemplate({ map: this.plan.outputs }, this.outputsOf);
      this.ending = { ...this.ending, outputs: isJsonObject(outputs) ? outputs : null };
    } catch (error) {
      this.verdict = 'failed';
      this.ending = { ...this.ending, error: failureOf(error) };
    }
  }

  private firstFailure(): StepFailure | null {
    const index = this.scheduler.steps.findIndex(({ state }) => state === 'failed');
    const error = this.scheduler.steps[index]?.error;
    if (!error) return null;
    return { code: error.code, message: `step "${this.graph.ids[index]}": ${error.message}` };
  }

  private status(): RunStatus {
    return {
      run: this.run,
      state: this.runState(),
      startedAtMs: this.startedAtMs,
      finishedAtMs: this.finishedAtMs,
      steps: this.scheduler.steps.map((step, index) => ({
        id: this.graph.ids[index] ?? '',
        kind: this.plan.steps[index]?.kind ?? '',
        ...step,
      })),
      gates: this.desk.gates(),
      strayRefusals: this.desk.strayRefusals(),
      manifest: this.ending.manifest ?? null,
      report: this.ending.report ?? null,
      outputs: this.ending.outputs ?? null,
      error: this.ending.error ?? null,
    };
  }

  private runState(): RunState {
    // Until the report is written the run is still at work.
    if (this.verdict && this.finishedAtMs !== null) return this.verdict;
    return this.desk.isWaiting() ? 'waiting-for-review' : 'running';
  }
}
