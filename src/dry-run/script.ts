/** What happens around a run that is tried in virtual time. Types only. */
import type { StepInput } from '../activities/step.ts';
import type { PlanStep } from '../plan/plan.ts';
import type { GateOpening, OutsideEvent, ReviewDecision } from '../workflows/run-state.ts';
import type { AttemptResult } from './attempts.ts';

export interface Attempt {
  readonly step: PlanStep;
  readonly input: StepInput;
  /** From 1. */
  readonly number: number;
}

/** Times count from the start of the run, those of decisions from the opening of their gate. */
export interface Script {
  /** Of `human-review`: opens the gate, its outputs are a `GateOpening`. */
  attempt(attempt: Attempt): AttemptResult;
  decisions(input: StepInput, opening: GateOpening): readonly Timed<ReviewDecision>[];
  /** How a pipeline goes that a step runs: as a run of its own, or ended by what is given. */
  child(instance: string): Script | AttemptResult;
  readonly events: readonly Timed<OutsideEvent>[];
  readonly cancelAfterMs?: number | undefined;
  /** So long other runs hold every place of its concurrency group. @default 0 */
  readonly busyMs?: number | undefined;
}

export interface Timed<Message> {
  readonly afterMs: number;
  readonly message: Message;
}
