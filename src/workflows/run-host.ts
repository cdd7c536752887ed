/**
 * What a run needs of where it runs: a clock, waits, and all that happens outside of it. Types only.
 *
 * On a worker that is Temporal (`temporal-host.ts`); a test of a pipeline has a virtual time
 * (`src/dry-run/`). All that decides what a run does is on this side, so that both do the same.
 */
import type { StepInput, StepReceipt } from '../activities/step.ts';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { JsonObject } from '../json.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import type { KeptResults } from './run-input.ts';
import type {
  DecisionRecord,
  EventCheck,
  EventCheckResult,
  PipelineSource,
  RunRecord,
  RunStatus,
  WrittenReport,
} from './run-state.ts';

/** Every wait and all work end with a `CancelledFailure` where the run is cancelled. */
export interface RunHost {
  /** Epoch milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
  condition(holds: () => boolean): Promise<void>;
  /** @returns whether it came to hold within that time */
  condition(holds: () => boolean, withinMs: number): Promise<boolean>;
  /** What it waits for goes on when the run is cancelled. */
  nonCancellable<T>(work: () => Promise<T>): Promise<T>;
  readonly operations: RunOperations;
  readonly turn: RunTurn;
  /** An instance of a step begins. @param input  its `with`, references resolved */
  began(instance: string, input: JsonObject): void;
  /** Only people can bring the run on: whoever waits for it need not. May be told repeatedly. */
  waitsForPeople(): void;
  /** @throws where a run to be repeated cannot be */
  findKeptResults(): Promise<KeptResults>;
  /** With as many attempts as its policy says. @throws what `failureOf` gives a code */
  runStep(step: PlanStep, input: StepInput): Promise<StepReceipt>;
  /** @throws as `runStep` where the pipeline did not succeed */
  runChild(child: ChildRun): Promise<Pick<RunStatus, 'outputs'>>;
  checkEvent(check: EventCheck): Promise<EventCheckResult>;
  compilePipeline(source: PipelineSource): Promise<Plan>;
  recordDecisions(record: DecisionRecord): Promise<{ readonly decisions: ArtifactRef }>;
  /** Workers of earlier versions leave no `documents`. */
  writeReport(
    record: RunRecord,
  ): Promise<Omit<WrittenReport, 'documents'> & Partial<WrittenReport>>;
}

/** A pipeline that an instance of a step runs. */
export interface ChildRun {
  readonly id: string;
  readonly step: PlanStep;
  readonly instance: string;
  readonly plan: Plan;
  /** Concurrency groups in which the runs that this one is part of have a turn. */
  readonly heldGroups: readonly string[];
}

/** What must end before the run may go on in a new execution; see `operations.ts`. */
export interface RunOperations {
  perform<T>(operation: () => Promise<T>): Promise<T>;
  /** For what others wait for who must be done before a drain is. */
  performNow<T>(operation: () => Promise<T>): Promise<T>;
  /** Nothing is under way, and a new execution shall take over. */
  isDrained(): boolean;
}

/** The run's turn in its concurrency group. */
export interface RunTurn {
  isWaiting(): boolean;
  isHeld(): boolean;
  /** Waits for the turn. @returns `false` where the group is busy and the pipeline says `skip`. */
  come(): Promise<boolean>;
  /** The next run may begin. Harmless when repeated, or when the turn never came. */
  giveBack(): void;
}
