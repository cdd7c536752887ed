/** What a run is started with, and what its next execution takes over. Types only. */
import type { RunOrigin } from '../activities/step.ts';
import type { JsonObject } from '../json.ts';
import type { Plan } from '../plan/plan.ts';
import type { EventState } from './events.ts';
import type { CarriedSteps } from './phase-runner.ts';
import type { CarriedReviews } from './review-desk.ts';

export interface RunInput {
  readonly plan: Plan;
  /** A person's name, for four-eyes rules and the manifest. */
  readonly submittedBy: string;
  /** @default a person */
  readonly origin?: RunOrigin | undefined;
  /** See `RunIdentity.commit`. */
  readonly commit?: string | undefined;
  /**
   * What becomes of results that are kept from earlier runs. `false`: none is used. `refresh`: none
   * is used, and new ones replace them. @default they are used, and new ones are kept
   */
  readonly cache?: false | 'refresh' | undefined;
  /** Another run of this plan, whose results stand for steps that shall not run again. */
  readonly reuse?: Reuse | undefined;
  /** Of the execution before, where this one goes on with its run. */
  readonly carried?: CarriedRun | undefined;
  /** See `ChildRun.heldGroups`; of a run that a step of another started. @default none */
  readonly heldGroups?: readonly string[] | undefined;
}

export interface Reuse {
  readonly run: string;
  /** Ids of the steps whose outputs are taken over; all had succeeded there. */
  readonly steps: readonly string[];
}

/** Everything that a run is, besides its plan, between two executions. JSON. */
export interface CarriedRun {
  readonly startedAtMs: number;
  readonly cancelled: boolean;
  readonly steps: CarriedSteps;
  readonly reviews: CarriedReviews;
  readonly events: EventState;
  readonly hasTurn: boolean;
  readonly starterWatches: boolean;
}

/** Results of other runs, by step, that stand for running it. */
export interface KeptResults {
  readonly [step: string]: { readonly outputs: JsonObject; readonly from: ResultSource };
}

export interface ResultSource {
  readonly run: string;
  /** The step's instance in that run. */
  readonly step: string;
}
