/** What a run is started with, and what its next execution takes over. Types only. */
import type { RunOrigin } from '../activities/step.ts';
import type { Plan } from '../plan/plan.ts';
import type { EventState } from './events.ts';
import type { CarriedPhase } from './phases.ts';
import type { CarriedReviews } from './review-desk.ts';
import type { StepsProgress } from './step-progress.ts';

export interface RunInput {
  readonly plan: Plan;
  /** A person's name, for four-eyes rules and the manifest. */
  readonly submittedBy: string;
  /** @default a person */
  readonly origin?: RunOrigin | undefined;
  /** See `RunIdentity.commit`. */
  readonly commit?: string | undefined;
  /** Of the execution before, where this one goes on with its run. */
  readonly carried?: CarriedRun | undefined;
}

/** Everything that a run is, besides its plan, between two executions. JSON. */
export interface CarriedRun {
  readonly startedAtMs: number;
  readonly phases: readonly CarriedPhase[];
  readonly cancelled: boolean;
  readonly progress: StepsProgress;
  readonly reviews: CarriedReviews;
  readonly events: EventState;
  readonly hasTurn: boolean;
  readonly starterWatches: boolean;
}
