/**
 * Runs the phases of a run: hands events to the scheduler of the phase under way, and starts the
 * steps that it says.
 */
import type { JsonObject } from '../json.ts';
import { everyStep } from '../plan/every-step.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import type { OutputsByStep, Surroundings } from '../plan/scope.ts';
import { failureOf, isCancellation } from './failure-of.ts';
import type { RunContext } from './perform-step.ts';
import { performStep, surroundingsOf } from './perform-step.ts';
import type { CarriedPhase, Phase, PhaseName, Verdict } from './phases.ts';
import { openPhase, phaseAfter } from './phases.ts';
import type { KeptResults, ResultSource } from './run-input.ts';
import { spentOf } from './run-spending.ts';
import type { StepStatus } from './run-state.ts';
import { firstFailed, liveFacts, stepStatuses } from './run-view.ts';
import type { SchedulerEvent } from './scheduler.ts';
import { advance } from './scheduler.ts';
import type { StepsProgress } from './step-progress.ts';

/** What steps of every phase are lent, and what the runner tells the run. */
export interface RunnerOptions {
  readonly shared: Pick<
    RunContext,
    'plan' | 'run' | 'startedAtMs' | 'host' | 'desk' | 'events' | 'pipelines' | 'cache'
  >;
  /** Something has changed in how far steps are. */
  readonly onChange: () => void;
  /**
   * Called when nothing is under way and the history is long: goes on in a new execution. Returns
   * only where something has begun meanwhile.
   */
  readonly goOnAnew: () => Promise<void>;
}

/** What a new execution of the run goes on from. JSON. */
export interface CarriedSteps {
  readonly phases: readonly CarriedPhase[];
  readonly progress: StepsProgress;
  readonly kept: KeptResults;
  readonly sources: { [step: string]: ResultSource };
}

const NOTHING: () => CarriedSteps = () => ({
  phases: [],
  progress: { foreach: {}, repeat: {}, until: {} },
  kept: {},
  sources: {},
});

export class PhaseRunner {
  private readonly options: RunnerOptions;
  private readonly plan: Plan;
  /** Those that have begun; the last is under way. */
  private readonly phases: Phase[] = [];
  private readonly outputsOf: { [step: string]: JsonObject } = {};
  private readonly facts: JsonObject;
  private readonly progress: StepsProgress;
  /** Where the outputs of steps that did not run are from. */
  private readonly sources: { [step: string]: ResultSource };
  private kept: KeptResults;

  constructor(options: RunnerOptions, carried: CarriedSteps = NOTHING()) {
    this.options = options;
    this.plan = options.shared.plan;
    this.progress = carried.progress;
    this.kept = carried.kept;
    this.sources = carried.sources;
    for (const { name, state, verdict } of carried.phases) {
      this.phases.push({ ...openPhase(name, this.plan, this.phases), state, verdict });
    }
    for (const { graph, state } of this.phases) {
      state.steps.forEach(({ outputs }, index) => {
        if (outputs) this.outputsOf[graph.ids[index] ?? ''] = outputs;
      });
    }
    this.facts = liveFacts(this.phases, this.plan, this.outputsOf);
  }

  carry(): CarriedSteps {
    const { progress, kept, sources } = this;
    const phases = this.phases.map(({ name, state, verdict }) => ({ name, state, verdict }));
    return { phases, progress, kept, sources };
  }

  hasBegun(): boolean {
    return this.phases.length > 0;
  }

  /** Of the pipeline's own steps; `null` while they are under way. */
  verdict(): Verdict | null {
    return this.phases[0]?.verdict ?? null;
  }

  /** With what came after the steps. */
  wholeVerdict(verdict: Verdict): Verdict {
    const laterFailed = this.phases.slice(1).some((phase) => phase.verdict === 'failed');
    return laterFailed && verdict === 'succeeded' ? 'failed' : verdict;
  }

  isAtWork(): boolean {
    return this.phases.at(-1)?.state.steps.some(({ state }) => state === 'running') ?? false;
  }

  outputs(): OutputsByStep {
    return this.outputsOf;
  }

  surroundings(): Surroundings {
    return surroundingsOf({}, this.context());
  }

  statuses(): StepStatus[] {
    const { phases, plan, progress, sources } = this;
    return stepStatuses(phases, plan, { progress, sources });
  }

  firstFailed(): ReturnType<typeof firstFailed> {
    return firstFailed(this.phases);
  }

  /** Results that stand for running steps. */
  keep(kept: KeptResults): void {
    this.kept = kept;
  }

  /** The pipeline's own steps, to their end. @throws CancelledFailure when the run is cancelled */
  async performSteps(): Promise<Verdict> {
    return this.performPhase('steps');
  }

  /** Nothing new starts; waits until what is at work has ended. */
  async cancel(): Promise<Verdict> {
    if (!this.hasBegun()) this.phases.push(openPhase('steps', this.plan, []));
    this.apply({ type: 'cancel', atMs: this.options.shared.host.now() });
    return this.untilEnd();
  }

  /** What comes after the steps: undoing them, telling of the failure, clearing up. */
  async performRest(verdict: Verdict): Promise<void> {
    let name = phaseAfter(this.lastEnded(), verdict);
    while (name !== null) {
      await this.performPhase(name);
      name = phaseAfter(name, verdict);
    }
  }

  private lastEnded(): PhaseName {
    return this.phases.findLast((phase) => phase.verdict !== null)?.name ?? 'steps';
  }

  private async performPhase(name: PhaseName): Promise<Verdict> {
    const open = this.phases.at(-1);
    if (open?.name === name && open.verdict === null) {
      this.resume(open);
    } else {
      this.phases.push(openPhase(name, this.plan, this.phases));
      this.apply({ type: 'begin', atMs: this.options.shared.host.now() });
    }
    return this.untilEnd();
  }

  /** Steps that the execution before this one left where it could. */
  private resume({ steps, state }: Phase): void {
    steps.forEach((step, index) => {
      const at = state.steps[index]?.state;
      if (at === 'running' || at === 'waiting') this.runStep(step);
    });
  }

  /** Waits for the end of the phase under way. */
  private async untilEnd(): Promise<Verdict> {
    const { host } = this.options.shared;
    for (;;) {
      const verdict = this.phases.at(-1)?.verdict;
      if (verdict) return verdict;
      if (host.operations.isDrained()) await this.options.goOnAnew();
      await host.condition(
        () => this.phases.at(-1)?.verdict !== null || host.operations.isDrained(),
      );
    }
  }

  /** A step, by its id, does nothing now but wait. */
  waiting(step: string): void {
    this.apply({ type: 'waiting', step });
  }

  private apply(event: SchedulerEvent): void {
    const phase = this.phases.at(-1);
    if (!phase) return;
    const { state, commands } = advance(phase.graph, phase.state, event);
    phase.state = state;
    for (const command of commands) {
      if (command.type === 'finish') phase.verdict = command.state;
      else {
        const step = phase.steps[phase.graph.indexOf.get(command.step) ?? -1];
        if (step) this.runStep(step);
      }
    }
    this.options.onChange();
  }

  /**
   * Every end of a step becomes an event.
   *
   * Temporal takes a stack trace for each promise that a workflow makes, so here and in
   * `perform-step.ts` what only hands a promise on is not `async`: a step costs a third less.
   */
  private runStep(step: PlanStep): void {
    const { host } = this.options.shared;
    const { id } = step;
    const ended = (outputs: JsonObject | null) => {
      const atMs = host.now();
      if (outputs === null) return this.apply({ type: 'skipped', step: id, atMs });
      this.outputsOf[id] = outputs;
      this.apply({ type: 'succeeded', step: id, outputs, atMs });
    };
    const failed = (error: unknown) => {
      const atMs = host.now();
      if (isCancellation(error)) this.apply({ type: 'cancelled', step: id, atMs });
      else this.apply({ type: 'failed', step: id, error: failureOf(error), atMs });
    };
    this.perform(step).then(ended, failed);
  }

  private perform(step: PlanStep): Promise<JsonObject | null> {
    const kept = this.keptResult(step);
    return kept ? Promise.resolve(kept) : performStep(step, this.context());
  }

  private keptResult({ id }: PlanStep): JsonObject | null {
    const kept = this.kept[id];
    if (!kept) return null;
    this.sources[id] = kept.from;
    return kept.outputs;
  }

  private context(): RunContext {
    return {
      ...this.options.shared,
      progress: this.progress,
      outputs: () => this.outputsOf,
      steps: this.facts,
      failure: () => {
        const { step, code, message } = this.firstFailed() ?? NO_FAILURE;
        return { step, code, message };
      },
      waiting: (step) => this.waiting(step),
      taken: ({ id }, from) => {
        this.sources[id] = from;
      },
      spent: () => {
        const { plan, desk, startedAtMs, host } = this.options.shared;
        const [steps, planned] = [this.statuses(), everyStep(plan)];
        return spentOf({ steps, planned, gates: desk.gates(), startedAtMs, nowMs: host.now() });
      },
    };
  }
}

const NO_FAILURE = { step: null, code: null, message: null } as const;
