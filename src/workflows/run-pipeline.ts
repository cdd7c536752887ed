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
import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { resolveTemplate } from '../plan/template.ts';
import { EventDesk } from './event-desk.ts';
import { findKeptResults } from './kept-results.ts';
import { Operations } from './operations.ts';
import type { RunContext } from './perform-step.ts';
import { performStep, surroundingsOf } from './perform-step.ts';
import type { Phase, PhaseName, Verdict } from './phases.ts';
import { everyStep, openPhase, phaseAfter } from './phases.ts';
import { ReviewDesk } from './review-desk.ts';
import type { CarriedRun, KeptResults, ResultSource, RunInput } from './run-input.ts';
import type {
  EventAnswer,
  OutsideEvent,
  ReviewAnswer,
  ReviewDecision,
  RunState,
  RunStatus,
  StepFailure,
} from './run-state.ts';
import type { SchedulerEvent } from './scheduler.ts';
import { advance } from './scheduler.ts';
import { firstFailed, liveFacts, stepStatuses } from './run-view.ts';
import { checkEvent, failureOf, writeReport } from './step-activities.ts';
import type { StepsProgress } from './step-progress.ts';
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
  readonly progress: StepsProgress;
  private readonly startedAtMs: number;
  /** Those that have begun; the last is under way. */
  private readonly phases: Phase[] = [];
  private readonly outputsOf: { [step: string]: JsonObject } = {};
  private readonly facts: JsonObject;
  private kept: KeptResults;
  /** Where the outputs of steps that did not run are from. */
  readonly sources: { [step: string]: ResultSource };
  private cancelled: boolean;
  private ending: Partial<Pick<RunStatus, 'manifest' | 'report' | 'outputs' | 'error'>> = {};
  private verdict: Verdict | null = null;
  private finishedAtMs: number | null = null;
  private starterWatches: boolean;

  constructor(input: RunInput) {
    const { plan, submittedBy, origin = { type: 'person' }, commit, carried } = input;
    this.input = input;
    this.plan = plan;
    this.run = {
      id: workflowInfo().workflowId,
      pipeline: plan.pipeline,
      planDigest: plan.digest,
      submittedBy,
      origin,
      ...(commit === undefined ? {} : { commit }),
    };
    this.startedAtMs = carried?.startedAtMs ?? Date.now();
    this.cancelled = carried?.cancelled ?? false;
    this.starterWatches = carried?.starterWatches ?? true;
    this.kept = carried?.kept ?? {};
    this.sources = carried?.sources ?? {};
    this.progress = carried?.progress ?? { foreach: {}, repeat: {}, until: {} };
    const gates = everyStep(plan)
      .filter(({ kind }) => kind === 'human-review')
      .map(({ id }) => id);
    this.desk = new ReviewDesk(this.run, gates, carried?.reviews);
    this.events = new EventDesk(
      (check) => this.operations.performNow(() => checkEvent(check)),
      carried?.events,
    );
    this.pipelines = new SubPipelines(plan, this.run);
    this.turn = new Turn(this.run.id, plan.concurrency, carried?.hasTurn ?? false);
    for (const { name, state, verdict } of carried?.phases ?? []) {
      this.phases.push({ ...openPhase(name, plan, this.phases), state, verdict });
    }
    for (const { graph, state } of this.phases) {
      state.steps.forEach(({ outputs }, index) => {
        if (outputs) this.outputsOf[graph.ids[index] ?? ''] = outputs;
      });
    }
    this.facts = liveFacts(this.phases, plan, this.outputsOf);
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
      if (step !== null && this.pipelines.isWaiting()) this.apply({ type: 'waiting', step });
    });
  }

  async execute(): Promise<RunStatus> {
    const main = this.phases[0];
    let verdict = main?.verdict ?? null;
    if (verdict === null) verdict = await this.performSteps();
    // What a person decides from here on could not count.
    if (this.cancelled) this.desk.close();
    // A run that never began has done nothing that needs clearing up.
    if (!this.ending.error) {
      await CancellationScope.nonCancellable(() => this.performRest(verdict));
    }
    return CancellationScope.nonCancellable(() => this.conclude(verdict));
  }

  /** The pipeline's own steps, to their end or their cancellation. */
  private async performSteps(): Promise<Verdict> {
    try {
      if (!this.cancelled) {
        const obstacle = this.phases.length === 0 ? await this.prepare() : null;
        if (obstacle) return this.endUnbegun(obstacle);
        return await this.performPhase('steps');
      }
    } catch (error) {
      if (!isCancellation(error)) throw error;
      this.cancelled = true;
      this.desk.close();
    }
    return CancellationScope.nonCancellable(async () => {
      if (this.phases.length === 0) this.phases.push(openPhase('steps', this.plan, []));
      this.apply({ type: 'cancel', atMs: Date.now() });
      return this.untilEnd();
    });
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
      if (patched('kept-results')) this.kept = await findKeptResults(this.input, this.run);
      return null;
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { ...failureOf(error), verdict: 'failed' };
    }
  }

  private endUnbegun({ code, message, verdict }: StepFailure & { verdict: Verdict }): Verdict {
    this.ending = { error: { code, message } };
    this.phases.push(openPhase('steps', this.plan, []));
    this.apply({ type: 'cancel', atMs: Date.now() });
    return verdict;
  }

  /** What comes after the steps: undoing them, telling of the failure, clearing up. */
  private async performRest(verdict: Verdict): Promise<void> {
    for (
      let name = phaseAfter(this.resumedPhase(), verdict);
      name !== null;
      name = phaseAfter(name, verdict)
    ) {
      await this.performPhase(name);
    }
  }

  /** The phase before the one that an execution before this one left open, if it did. */
  private resumedPhase(): PhaseName {
    const last = this.phases.at(-1);
    const before = this.phases.at(-2);
    return last && last.verdict === null ? (before?.name ?? 'steps') : (last?.name ?? 'steps');
  }

  private async performPhase(name: PhaseName): Promise<Verdict> {
    const open = this.phases.at(-1);
    if (open?.name === name && open.verdict === null) {
      this.resume(open);
    } else {
      this.phases.push(openPhase(name, this.plan, this.phases));
      this.apply({ type: 'begin', atMs: Date.now() });
    }
    return this.untilEnd();
  }

  /** Steps that the execution before this one left where it could. */
  private resume({ steps, state }: Phase): void {
    steps.forEach((step, index) => {
      const at = state.steps[index]?.state;
      if (at === 'running' || at === 'waiting') void this.runStep(step);
    });
  }

  /** Waits for the end of the phase under way; goes on as a new execution when it must. */
  private async untilEnd(): Promise<Verdict> {
    for (;;) {
      const verdict = this.phases.at(-1)?.verdict;
      if (verdict) return verdict;
      if (this.operations.isDrained()) await this.goOnAnew();
      await condition(() => this.phases.at(-1)?.verdict !== null || this.operations.isDrained());
    }
  }

  /** Does not return, unless something has begun while handlers were finishing. */
  private async goOnAnew(): Promise<void> {
    await condition(allHandlersFinished);
    if (!this.operations.isDrained() || this.phases.at(-1)?.verdict) return;
    const { startTime, memo } = workflowInfo();
    // Lists show when the run began, not its latest execution.
    const startedAt = memo?.['startedAt'] ?? startTime.toISOString();
    const goOn = makeContinueAsNewFunc<typeof runPipeline>({ memo: { ...memo, startedAt } });
    await goOn({ ...this.input, carried: this.carry() });
  }

  private carry(): CarriedRun {
    return {
      startedAtMs: this.startedAtMs,
      phases: this.phases.map(({ name, state, verdict }) => ({ name, state, verdict })),
      cancelled: this.cancelled,
      progress: this.progress,
      reviews: this.desk.carry(),
      events: this.events.carry(),
      hasTurn: this.turn.isHeld(),
      starterWatches: this.starterWatches,
      kept: this.kept,
      sources: this.sources,
    };
  }

  /** Feeds one event to the scheduler of the phase under way and starts what it says. */
  private apply(event: SchedulerEvent): void {
    const phase = this.phases.at(-1);
    if (!phase) return;
    const { state, commands } = advance(phase.graph, phase.state, event);
    phase.state = state;
    for (const command of commands) {
      if (command.type === 'finish') phase.verdict = command.state;
      else {
        const step = phase.steps[phase.graph.indexOf.get(command.step) ?? -1];
        if (step) void this.runStep(step);
      }
    }
    this.release();
  }

  /**
   * Once only people can bring the run on, others need not wait for it: the workflow that started
   * it ends, so that its schedule may go on, and the next run of its group gets its turn.
   */
  private release(): void {
    const isAtWork = this.phases.at(-1)?.state.steps.some(({ state }) => state === 'running');
    if (isAtWork || !this.isWaitingForPeople()) return;
    this.turn.giveBack();
    const { parent } = workflowInfo();
    if (!parent || !this.starterWatches) return;
    this.starterWatches = false;
    const starter = getExternalWorkflowHandle(parent.workflowId, parent.runId);
    // One that is gone need not hear it.
    starter.signal(waitsForPeopleSignal, this.run.id).catch(() => undefined);
  }

  /** Never rejects: every end of a step becomes an event. */
  private async runStep(step: PlanStep): Promise<void> {
    const { id } = step;
    try {
      const outputs = await performStep(step, this.context());
      const atMs = Date.now();
      if (outputs === null) return this.apply({ type: 'skipped', step: id, atMs });
      this.outputsOf[id] = outputs;
      this.apply({ type: 'succeeded', step: id, outputs, atMs });
    } catch (error) {
      const atMs = Date.now();
      if (isCancellation(error)) this.apply({ type: 'cancelled', step: id, atMs });
      else this.apply({ type: 'failed', step: id, error: failureOf(error), atMs });
    }
  }

  private context(): RunContext {
    const { plan, run, startedAtMs, operations, desk, events, pipelines, progress } = this;
    return {
      ...{ plan, run, startedAtMs, operations, desk, events, pipelines, progress },
      outputs: () => this.outputsOf,
      steps: this.facts,
      failure: () => this.failure(),
      waiting: (step) => this.apply({ type: 'waiting', step }),
      keptResult: (step) => this.keptResult(step),
      taken: ({ id }, from) => {
        this.sources[id] = from;
      },
      cache: this.input.cache,
    };
  }

  private keptResult({ id }: PlanStep): JsonObject | null {
    const kept = this.kept[id];
    if (!kept) return null;
    this.sources[id] = kept.from;
    return kept.outputs;
  }

  /** Writes the report, whatever the end was, and then tells Temporal how it ended. */
  private async conclude(verdict: Verdict): Promise<RunStatus> {
    this.desk.close();
    this.turn.giveBack();
    this.finishedAtMs = Date.now();
    this.verdict = this.phases.slice(1).some((phase) => phase.verdict === 'failed')
      ? worseOf(verdict, 'failed')
      : verdict;
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
      const surroundings = surroundingsOf({}, this.context());
      const outputs = resolveTemplate({ map: this.plan.outputs }, this.outputsOf, surroundings);
      this.ending = { ...this.ending, outputs: isJsonObject(outputs) ? outputs : null };
    } catch (error) {
      this.verdict = 'failed';
      this.ending = { ...this.ending, error: failureOf(error) };
    }
  }

  private firstFailure(): StepFailure | null {
    const failed = firstFailed(this.phases);
    return failed && { code: failed.code, message: `step "${failed.step}": ${failed.message}` };
  }

  private failure(): JsonObject {
    const { step, code, message } = firstFailed(this.phases) ?? {
      step: null,
      code: null,
      message: null,
    };
    return { step, code, message };
  }

  private status(): RunStatus {
    const refusedEvents = this.events.refusals();
    return {
      run: this.run,
      state: this.runState(),
      startedAtMs: this.startedAtMs,
      finishedAtMs: this.finishedAtMs,
      steps: stepStatuses(this.phases, this.plan, this),
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

const worseOf = (verdict: Verdict, other: 'failed'): Verdict =>
  verdict === 'cancelled' ? verdict : other;
