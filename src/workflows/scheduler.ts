/**
 * The scheduler: which steps of a plan may start now.
 *
 * A pure function `(graph, state, event) → (state, commands)` without clock, Temporal or I/O;
 * the same events in the same order give the same commands in the same order.
 *
 * States of a step and what moves it:
 *
 *   pending ──needs succeeded──▶ running ──succeeded──▶ succeeded
 *      │                          │  ▲ │
 *      │                   waiting│  │ ├──failed─────▶ failed
 *      │                          ▼  │ └──cancelled──▶ cancelled
 *      │                        waiting (as running)
 *      ├──a need failed, was skipped or cancelled──▶ skipped
 *      └──cancel────────────────────────────────────▶ cancelled
 *
 * A failed step ends only what stands on it; other branches run to their end, and then the run
 * has failed.
 */
import type { JsonObject } from '../json.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunState, StepFailure, StepState } from './run-state.ts';

/** What never changes in a run: steps by index, in plan order. */
export interface SchedulerGraph {
  readonly ids: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** `dependents[i]`: indices of the steps that need step i, ascending. */
  readonly dependents: readonly (readonly number[])[];
  readonly needCounts: readonly number[];
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
  /** Needs that have not succeeded yet. */
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

export function schedulerGraph(plan: Plan): SchedulerGraph {
  const ids = plan.steps.map((step) => step.id);
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const dependents: number[][] = ids.map(() => []);
  plan.steps.forEach((step, index) => {
    for (const need of step.needs) dependents[indexOf.get(need) ?? -1]?.push(index);
  });
  return { ids, indexOf, dependents, needCounts: plan.steps.map((step) => step.needs.length) };
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
    missing: graph.needCounts,
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
    graph.needCounts.forEach((count, index) => {
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

type EndEvent = Extract<SchedulerEvent, { type: 'succeeded' | 'failed' | 'cancelled' }>;

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
    if (event.type !== 'succeeded') return this.skipDependents(index, event.atMs);
    for (const dependent of this.graph.dependents[index] ?? []) {
      const left = (this.missing[dependent] ?? 0) - 1;
      this.missing[dependent] = left;
      if (left === 0) this.start(dependent, event.atMs);
    }
  }

  cancelPending(atMs: number): void {
    this.cancelling = true;
    this.steps.forEach((step, index) => {
      if (step.state === 'pending') {
        this.close(index, { ...step, state: 'cancelled', finishedAtMs: atMs });
      }
    });
  }

  private skipDependents(from: number, atMs: number): void {
    const queue = [...(this.graph.dependents[from] ?? [])];
    for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
      const step = this.at(index);
      if (step.state !== 'pending') continue;
      this.close(index, { ...step, state: 'skipped', finishedAtMs: atMs });
      queue.push(...(this.graph.dependents[index] ?? []));
    }
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
    if (this.steps.some((step) => step.state === 'failed')) return 'failed';
    if (this.cancelling || this.steps.some((step) => step.state === 'cancelled')) {
      return 'cancelled';
    }
    return 'succeeded';
  }
}
