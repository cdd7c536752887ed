/**
 * One run of a plan, from its turn to its report, wherever it runs.
 *
 * It holds no rules of its own: `scheduler.ts` says what starts, `phases.ts` what comes after,
 * `review.ts` which decisions count; this file joins them. What happens outside is the host's.
 */
import type { RunIdentity, StepInput } from '../activities/step.ts';
import { isJsonObject } from '../json.ts';
import { everyStep } from '../plan/every-step.ts';
import type { Plan } from '../plan/plan.ts';
import { resolveTemplate } from '../plan/template.ts';
import { EventDesk } from './event-desk.ts';
import { failureOf, isCancellation } from './failure-of.ts';
import { PhaseRunner } from './phase-runner.ts';
import type { Verdict } from './phases.ts';
import { ReviewDesk } from './review-desk.ts';
import type { RunHost } from './run-host.ts';
import type { CarriedRun } from './run-input.ts';
import type { RunState, RunStatus, StepFailure } from './run-state.ts';
import type { firstFailed } from './run-view.ts';
import { SubPipelines } from './sub-pipelines.ts';

export interface RunOptions {
  readonly plan: Plan;
  readonly run: RunIdentity;
  readonly host: RunHost;
  /** What becomes of kept results in this run. */
  readonly cache: StepInput['cache'];
  /**
   * Called when nothing is under way and the history is long: goes on in a new execution. Returns
   * only where something has begun meanwhile.
   */
  readonly goOnAnew: () => Promise<void>;
  /** Of the execution before, where this one goes on with its run. */
  readonly carried?: CarriedRun | undefined;
  /** See `ChildRun.heldGroups`. */
  readonly heldGroups?: readonly string[] | undefined;
}

export class Run {
  readonly desk: ReviewDesk;
  readonly events: EventDesk;
  private readonly plan: Plan;
  private readonly run: RunIdentity;
  private readonly host: RunHost;
  private readonly pipelines: SubPipelines;
  private readonly runner: PhaseRunner;
  private readonly startedAtMs: number;
  private cancelled: boolean;
  private ending: Partial<
    Pick<RunStatus, 'manifest' | 'report' | 'documents' | 'outputs' | 'error'>
  > = {};
  /** Of the whole run, once its report is being written. */
  private verdict: Verdict | null = null;
  private finishedAtMs: number | null = null;

  constructor({ plan, run, host, cache, goOnAnew, carried, heldGroups }: RunOptions) {
    this.plan = plan;
    this.run = run;
    this.host = host;
    const startedAtMs = carried?.startedAtMs ?? host.now();
    this.startedAtMs = startedAtMs;
    this.cancelled = carried?.cancelled ?? false;
    const desk = new ReviewDesk({ run, gateIds: gatesOf(plan), host }, carried?.reviews);
    const events = new EventDesk(host, carried?.events);
    const pipelines = new SubPipelines({ plan, run, host, heldGroups });
    const shared = { plan, run, startedAtMs, host, desk, events, pipelines, cache };
    const onChange = () => this.release();
    this.desk = desk;
    this.events = events;
    this.pipelines = pipelines;
    this.runner = new PhaseRunner({ shared, onChange, goOnAnew }, carried?.steps);
  }

  /** @returns the final status, whatever the end was; a cancellation of the run ends it too. */
  async execute(): Promise<RunStatus> {
    const verdict = this.runner.verdict() ?? (await this.performSteps());
    // What a person decides from here on could not count.
    if (this.cancelled) this.desk.close();
    return this.host.nonCancellable(async () => {
      // A run that never began has done nothing that needs clearing up.
      if (!this.ending.error) await this.runner.performRest(verdict);
      return this.conclude(this.runner.wholeVerdict(verdict));
    });
  }

  /** A run that a step of this one started, by its id, waits for people. */
  childWaits(run: string): void {
    const step = this.pipelines.waitsForPeople(run);
    if (step !== null && this.pipelines.isWaiting()) this.runner.waiting(step);
  }

  /** The first step whose failure failed the run. */
  firstFailed(): ReturnType<typeof firstFailed> {
    return this.runner.firstFailed();
  }

  carry(): Omit<CarriedRun, 'hasTurn' | 'starterWatches'> {
    return {
      startedAtMs: this.startedAtMs,
      cancelled: this.cancelled,
      steps: this.runner.carry(),
      reviews: this.desk.carry(),
      events: this.events.carry(),
    };
  }

  status(): RunStatus {
    const refusedEvents = this.events.refusals();
    return {
      run: this.run,
      state: this.state(),
      startedAtMs: this.startedAtMs,
      finishedAtMs: this.finishedAtMs,
      steps: this.runner.statuses(),
      gates: this.desk.gates(),
      strayRefusals: this.desk.strayRefusals(),
      ...(refusedEvents.length === 0 ? {} : { refusedEvents }),
      manifest: this.ending.manifest ?? null,
      report: this.ending.report ?? null,
      ...(this.ending.documents && { documents: this.ending.documents }),
      outputs: this.ending.outputs ?? null,
      error: this.ending.error ?? null,
    };
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
    return this.host.nonCancellable(() => this.runner.cancel());
  }

  /** @returns what keeps the run from beginning. */
  private async prepare(): Promise<(StepFailure & { readonly verdict: Verdict }) | null> {
    if (!(await this.host.turn.come())) {
      const { group } = this.plan.concurrency ?? {};
      const message = `another run of the group "${group}" is at work`;
      return { code: 'CONCURRENCY_SKIPPED', message, verdict: 'cancelled' };
    }
    try {
      this.runner.keep(await this.host.findKeptResults());
      return null;
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { ...failureOf(error), verdict: 'failed' };
    }
  }

  /**
   * Once only people can bring the run on, others need not wait for it: whoever started it may go
   * on, and the next run of its group gets its turn.
   */
  private release(): void {
    if (this.runner.isAtWork() || !this.isWaitingForPeople()) return;
    this.host.turn.giveBack();
    this.host.waitsForPeople();
  }

  /** Writes the report, whatever the end was. */
  private async conclude(verdict: Verdict): Promise<RunStatus> {
    this.desk.close();
    this.host.turn.giveBack();
    this.finishedAtMs = this.host.now();
    this.verdict = verdict;
    this.ending = { error: this.ending.error ?? this.firstFailure() };
    if (this.verdict === 'succeeded') this.resolveOutputs();
    await this.report();
    return this.status();
  }

  /** A report that cannot be written fails the run, but its status must not be lost with it. */
  private async report(): Promise<void> {
    try {
      const written = await this.host.writeReport({ status: this.status(), plan: this.plan });
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
    const failed = this.firstFailed();
    return failed && { code: failed.code, message: `step "${failed.step}": ${failed.message}` };
  }

  private isWaitingForPeople(): boolean {
    return this.desk.isWaiting() || this.pipelines.isWaiting();
  }

  private state(): RunState {
    // Until the report is written the run is still at work.
    if (this.verdict && this.finishedAtMs !== null) return this.verdict;
    if (this.host.turn.isWaiting()) return 'queued';
    return this.isWaitingForPeople() ? 'waiting-for-review' : 'running';
  }
}

const gatesOf = (plan: Plan): readonly string[] =>
  everyStep(plan).flatMap(({ kind, id }) => (kind === 'human-review' ? [id] : []));
