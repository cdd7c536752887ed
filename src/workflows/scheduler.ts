/**
 * The scheduler: which steps of a plan may start now.
 *
 * A pure function `(graph, state, event) → (state, commands)` without clock, Temporal or I/O;
 * the same events in the same order give the same commands in the same order.
 *
 * States of a step and what moves it:
 *
 *   pending ──needs succeeded, after ended──▶ running ──succeeded──▶ succeeded
 *      │                                       │  ▲ │
 *      │                                waiting│  │ ├──skipped────▶ skipped (`when` is false)
 *      │                                       ▼  │ ├──failed─────▶ failed
 *      │                                     waiting └──cancelled─▶ cancelled
 *      │                                  (as running)
 *      ├──a need failed, was skipped or cancelled──▶ skipped
 *      └──cancel────────────────────────────────────▶ cancelled
 *
 * A failed step ends only what stands on it; other branches run to their end, and then the run
 * has failed, unless the step's failure is tolerated.
 */
import type { JsonObject } from '../json.ts';
import type { PlanStep } from '../plan/plan.ts';
import type { RunState, StepFailure, StepState } from './run-state.ts';

/** What never changes in a run: steps by index, in plan order. */
export interface SchedulerGraph {
  readonly ids: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** `dependents[i]`: indices of the steps that need step i, ascending. */
  readonly dependents: readonly (readonly number[])[];
  /** `followers[i]`: indices of the steps that start after step i, however it ends, ascending. */
  readonly followers: readonly (readonly number[])[];
  /** Of each step: needs and steps that it starts after, together. */
  readonly waitCounts: readonly number[];
  /** Whether a failure of the step fails the run. */
  readonly isTolerant: readonly boolean[];
  /** Steps that cannot run: they need a step outside this graph that did not succeed. */
  readonly isBlocked: readonly boolean[];
}

export interface StepProgress {
  readonly state: StepState;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly outputs: JsonObject | null;
  readonly error: StepFailure | null;
}

/** Arrays are indexed as `graph.ids`. Never mutated: a new state shares what did not change. */
export interface SchedulerState {
  readonly steps: readonly StepProgress[];
  /** What each step still waits for: needs that have not succeeded, steps that have not ended. */
  readonly missing: readonly number[];
  /** Steps that are not in a final state. */
  readonly open: number;
  readonly cancelling: boolean;
}

export type SchedulerEvent =
  | { readonly type: 'begin'; readonly atMs: number }
  | { readonly type: 'waiting'; readonly step: string }
  | {
      readonly type: 'succeeded';
      readonly step: string;
      readonly outputs: JsonObject;
      readonly atMs: number;
    }
  | {
      readonly type: 'failed';
      readonly step: string;
      readonly error: StepFailure;
      readonly atMs: number;
    }
  | { readonly type: 'cancelled'; readonly step: string; readonly atMs: number }
  /** Its `when` is false. */
  | { readonly type: 'skipped'; readonly step: string; readonly atMs: number }
  /** Nothing new starts; running steps report their own end. */
  | { readonly type: 'cancel'; readonly atMs: number };

export type SchedulerCommand =
  | { readonly type: 'start'; readonly step: string }
  | {
      readonly type: 'finish';
      readonly state: Extract<RunState, 'succeeded' | 'failed' | 'cancelled'>;
    };

export interface Transition {
  readonly state: SchedulerState;
  readonly commands: readonly SchedulerCommand[];
}

type GraphStep = Pick<PlanStep, 'id' | 'needs' | 'after' | 'onFailure'>;

/**
 * @param steps      of one phase of a run, in topological order
 * @param succeeded  whether a step of an earlier phase did; asked for ids that are not in `steps`
 */
export function schedulerGraph(
  steps: readonly GraphStep[],
  succeeded: (step: string) => boolean = () => false,
): SchedulerGraph {
  const ids = steps.map((step) => step.id);
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const inside = (of: readonly string[] = []) => of.flatMap((id) => indexOf.get(id) ?? []);
  const dependents: number[][] = ids.map(() => []);
  const followers: number[][] = ids.map(() => []);
  steps.forEach(({ needs, after }, index) => {
    for (const need of inside(needs)) dependents[need]?.push(index);
    for (const earlier of inside(after)) followers[earlier]?.push(index);
  });
  return {
    ids,
    indexOf,
    dependents,
    followers,
    waitCounts: steps.map(({ needs, after }) => inside(needs).length + inside(after).length),
    isTolerant: steps.map(({ onFailure }) => onFailure === 'continue'),
    isBlocked: steps.map(({ needs }) =>
      needs.some((need) => !indexOf.has(need) && !succeeded(need)),
    ),
  };
}

export function initialState(graph: SchedulerGraph): SchedulerState {
  const pending: StepProgress = {
    state: 'pending',
    startedAtMs: null,
    finishedAtMs: null,
    outputs: null,
    error: null,
  };
  return {
    steps: graph.ids.map(() => pending),
    missing: graph.waitCounts,
    open: graph.ids.length,
    cancelling: false,
  };
}

/**
 * Applies one event. An event about a step that is not active changes nothing, so a repeated or
 * late event is harmless.
 */
export function advance(
  graph: SchedulerGraph,
  state: SchedulerState,
  event: SchedulerEvent,
): Transition {
  const next = new Draft(graph, state);
  if (event.type === 'begin') {
    graph.isBlocked.forEach((isBlocked, index) => {
      if (isBlocked) next.skip(index, event.atMs);
    });
    graph.waitCounts.forEach((count, index) => {
      if (count === 0) next.start(index, event.atMs);
    });
    return next.finish();
  }
  if (event.type === 'cancel') {
    next.cancelPending(event.atMs);
    return next.finish();
  }
  const index = graph.indexOf.get(event.step);
  if (index === undefined || !next.isActive(index)) return { state, commands: [] };
  if (event.type === 'waiting') next.wait(index);
  else next.end(index, event);
  return next.finish();
}

type EndEvent = Extract<SchedulerEvent, { type: 'succeeded' | 'failed' | 'cancelled' | 'skipped' }>;

/** One transition under construction: private copies, then frozen into the next state. */
class Draft {
  private readonly graph: SchedulerGraph;
  private readonly steps: StepProgress[];
  private readonly missing: number[];
  private readonly commands: SchedulerCommand[] = [];
  private readonly openBefore: number;
  private open: number;
  private cancelling: boolean;

  constructor(graph: SchedulerGraph, state: SchedulerState) {
    this.graph = graph;
    this.steps = state.steps.slice();
    this.missing = state.missing.slice();
    this.open = state.open;
    this.openBefore = state.open;
    this.cancelling = state.cancelling;
  }

  private at(index: number): StepProgress {
    const step = this.steps[index];
    if (!step) throw new RangeError(`no step ${index}`);
    return step;
  }

  isActive(index: number): boolean {
    const { state } = this.at(index);
    return state === 'running' || state === 'waiting';
  }

  start(index: number, atMs: number): void {
    if (this.cancelling || this.at(index).state !== 'pending') return;
    this.steps[index] = { ...this.at(index), state: 'running', startedAtMs: atMs };
    this.commands.push({ type: 'start', step: this.graph.ids[index] ?? '' });
  }

  wait(index: number): void {
    this.steps[index] = { ...this.at(index), state: 'waiting' };
  }

  end(index: number, event: EndEvent): void {
    this.close(index, {
      ...this.at(index),
      state: event.type,
      finishedAtMs: event.atMs,
      outputs: event.type === 'succeeded' ? event.outputs : null,
      error: event.type === 'failed' ? event.error : null,
    });
    this.settle(index, event.atMs);
  }

  /** Skips a step that cannot run, and what stands on it. */
  skip(index: number, atMs: number): void {
    const step = this.at(index);
    if (step.state !== 'pending') return;
    this.close(index, { ...step, state: 'skipped', finishedAtMs: atMs });
    this.settle(index, atMs);
  }

  cancelPending(atMs: number): void {
    this.cancelling = true;
    this.steps.forEach((step, index) => {
      if (step.state === 'pending') {
        this.close(index, { ...step, state: 'cancelled', finishedAtMs: atMs });
      }
    });
  }

  /** Tells the steps that waited for this one; a loop, for chains are long. */
  private settle(from: number, atMs: number): void {
    const queue = [from];
    for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
      const hasSucceeded = this.at(index).state === 'succeeded';
      for (const dependent of this.graph.dependents[index] ?? []) {
        if (hasSucceeded) this.release(dependent, atMs);
        else if (this.at(dependent).state === 'pending') {
          const step = { ...this.at(dependent), state: 'skipped', finishedAtMs: atMs } as const;
          this.close(dependent, step);
          queue.push(dependent);
        }
      }
      for (const follower of this.graph.followers[index] ?? []) this.release(follower, atMs);
    }
  }

  private release(index: number, atMs: number): void {
    const left = (this.missing[index] ?? 0) - 1;
    this.missing[index] = left;
    if (left === 0) this.start(index, atMs);
  }

  private close(index: number, step: StepProgress): void {
    this.steps[index] = step;
    this.open -= 1;
  }

  finish(): Transition {
    if (this.open === 0 && (this.openBefore > 0 || this.graph.ids.length === 0)) {
      this.commands.push({ type: 'finish', state: this.verdict() });
    }
    const { steps, missing, open, cancelling } = this;
    return { state: { steps, missing, open, cancelling }, commands: this.commands };
  }

  private verdict(): 'succeeded' | 'failed' | 'cancelled' {
    const fails = ({ state }: StepProgress, index: number) =>
      state === 'failed' && this.graph.isTolerant[index] !== true;
    if (this.steps.some(fails)) return 'failed';
    if (this.cancelling || this.steps.some((step) => step.state === 'cancelled')) {
      return 'cancelled';
    }
    return 'succeeded';
  }
}
