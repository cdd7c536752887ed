/** How far steps have come that a new execution of the run goes on with. Types only. */
import type { JsonObject } from '../json.ts';
import type { ForeachProgress } from './foreach.ts';

export interface RepeatProgress {
  /** Iterations that have ended. */
  readonly iterations: number;
  /** Outputs of the last of them. */
  readonly outputs: JsonObject;
  /** Epoch: when the next begins. */
  readonly nextAtMs: number;
}

/** By instance: a step's id, `<id>.<index>` of an item, `<id>.r<n>` of an iteration. */
export interface StepsProgress {
  readonly foreach: { [step: string]: ForeachProgress };
  readonly repeat: { [instance: string]: RepeatProgress };
  /** Epoch: when a delay or a wait for an event is over. */
  readonly until: { [instance: string]: number };
}
