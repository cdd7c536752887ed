/**
 * What a run looks like from outside: the answer of the query `status`, the review messages,
 * and the record that the manifest is written from. Types only, safe in the workflow sandbox.
 */
import type { RunIdentity } from '../activities/step.ts';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Plan } from '../plan/plan.ts';

export type StepState =
  | 'pending'
  | 'running'
  /** For people, for a time, or for an event. */
  | 'waiting'
  | 'succeeded'
  | 'failed'
  /** Not run, because a step it needs did not succeed, or its `when` was false. */
  | 'skipped'
  | 'cancelled';

export interface StepFailure {
  readonly code: string;
  readonly message: string;
  /** What an audit or a gate that failed found. */
  readonly evidence?: ArtifactRef;
}

export interface StepStatus {
  readonly id: string;
  readonly kind: string;
  readonly state: StepState;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly outputs: JsonObject | null;
  readonly error: StepFailure | null;
  /** Absent: one of the pipeline's `steps`. */
  readonly phase?: 'compensation' | 'on-failure' | 'finally';
  /** Of a `foreach` step that has begun. */
  readonly items?: {
    readonly total: number;
    readonly succeeded: number;
    readonly failed: number;
  };
  /** Its outputs are another run's: kept from it, or found in the cache. */
  readonly cachedFrom?: { readonly run: string; readonly step: string };
}

export type RunState =
  | 'running'
  /** For its turn in a concurrency group. */
  | 'queued'
  | 'waiting-for-review'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

/** The answer of the query `status`, and the result of the workflow. */
export interface RunStatus {
  readonly run: RunIdentity;
  readonly state: RunState;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly steps: readonly StepStatus[];
  readonly gates: readonly GateStatus[];
  /** Review messages that belong to no gate, or have no form. */
  readonly strayRefusals: readonly RefusedDecision[];
  /** Events that were not accepted. */
  readonly refusedEvents?: readonly RefusedEvent[];
  /** Written at the end of every run, failed ones too; `null` if that failed. */
  readonly manifest: ArtifactRef | null;
  readonly report: ArtifactRef | null;
  /** What else was written for people and programs, by file name, such as `report.json`. */
  readonly documents?: Readonly<Record<string, ArtifactRef>>;
  readonly outputs: JsonObject | null;
  readonly error: StepFailure | null;
}

/** What the activity `write-report` leaves. */
export type WrittenReport = Required<Pick<RunStatus, 'documents'>> & {
  readonly manifest: ArtifactRef;
  readonly report: ArtifactRef;
};

/** What people are asked; made by the activity `human-review`. */
export interface GateOpening {
  /** `MEDIA_TYPE.reviewItems`: `ReviewItems` below. */
  readonly items: ArtifactRef;
  readonly subjects: readonly { readonly id: string; readonly digest: string }[];
  /** Labels that a relabel may name. */
  readonly classes: readonly string[];
}

/** The JSON of `MEDIA_TYPE.reviewItems`. */
export interface ReviewItems {
  readonly gateId: string;
  readonly instructions: string;
  readonly classes: readonly string[];
  readonly items: readonly ReviewItem[];
}

export interface ReviewItem {
  /** `<step id>-<source row>` or `<step id>-question`, unique in the run. */
  readonly id: string;
  /** SHA-256 over the canonical JSON of everything else here; a decision binds to it. */
  readonly subjectDigest: string;
  /** `null`: a question about no row. */
  readonly sourceRow: number | null;
  readonly reason: string;
  readonly input:
    | {
        readonly kind: 'image';
        readonly shape: readonly number[];
        readonly pixels: readonly number[];
      }
    | { readonly kind: 'text'; readonly text: string }
    | {
        readonly kind: 'question';
        readonly text: string;
        readonly facts: Readonly<Record<string, string | number | boolean | null>>;
      }
    | {
        readonly kind: 'row';
        readonly values: Readonly<Record<string, string | number | null>>;
        readonly pictures?: Readonly<
          Record<string, { readonly shape: readonly number[]; readonly pixels: readonly number[] }>
        >;
      };
  /** `null`: nothing is predicted of a question. */
  readonly predicted: string | null;
  /** The five likeliest classes, or fewer. */
  readonly top: readonly { readonly class: string; readonly probability: number }[];
  /** The set that holds the true class with a probability of at least 1 − `alpha`, if there is one. */
  readonly conformal?: { readonly alpha: number; readonly set: readonly string[] };
  readonly explanation: {
    readonly method: string;
    readonly error: number;
    readonly reliable: boolean;
    /** The ten strongest, strongest first; none of an explanation in words. */
    readonly attributions: readonly { readonly feature: string; readonly value: number }[];
    /** A counterfactual or a rule, line by line. */
    readonly inWords?: readonly string[];
  } | null;
  /** A PNG of the attribution overlay, where the gallery has one of this row. */
  readonly picture: ArtifactRef | null;
}

/** What a reviewer sends, by the signal `review` or the update `submitReview`. */
export interface ReviewDecision {
  /** Chosen by the sender; the same id again is the same decision. */
  readonly decisionId: string;
  /** The step id of the gate. */
  readonly gateId: string;
  readonly itemId: string;
  readonly subjectDigest: string;
  readonly verdict: 'approve' | 'reject' | 'relabel';
  /** Needed with `relabel`: one of the gate's classes. */
  readonly label?: string | undefined;
  readonly comment?: string | undefined;
  readonly reviewer: string;
}

export type RefusalReason =
  | 'malformed'
  | 'unknown-gate'
  | 'unknown-item'
  | 'stale-subject'
  | 'unauthorised'
  | 'four-eyes'
  | 'unknown-label'
  | 'already-decided'
  /** This reviewer has decided this item otherwise before. */
  | 'already-voted'
  | 'closed'
  /** The decision id was used for another decision. */
  | 'decision-id-reused';

/** The answer of the update `submitReview`. */
export type ReviewAnswer =
  | {
      readonly accepted: true;
      readonly duplicate: boolean;
      readonly itemDecided: boolean;
      readonly gateComplete: boolean;
    }
  /** Kept until its gate opens, and judged then. */
  | { readonly accepted: true; readonly early: true }
  | { readonly accepted: false; readonly reason: RefusalReason; readonly message: string };

/** What an outside party sends, by the signal `event` or the update `submitEvent`. */
export interface OutsideEvent {
  /** Chosen by the sender; the same id again is the same event. */
  readonly eventId: string;
  /** The name that a `wait-for-event` step waits for. */
  readonly event: string;
  readonly payload: Json;
  readonly sentBy: string;
}

export type EventRefusal =
  | 'malformed'
  | 'too-many'
  /** The payload is not what the waiting step's `schema` says. */
  | 'schema';

export interface RefusedEvent {
  readonly eventId: string;
  readonly event: string;
  readonly reason: EventRefusal;
  readonly message: string;
}

/** The answer of the update `submitEvent`. */
export type EventAnswer =
  | { readonly accepted: true; readonly duplicate: boolean }
  | { readonly accepted: false; readonly reason: EventRefusal; readonly message: string };

/** The input of the activity `check-event`. */
export interface EventCheck {
  readonly payload: Json;
  /** JSON Schema draft-07. */
  readonly schema: JsonObject;
}

/** The input of the activity `compile-pipeline`, which gives a `Plan`. */
export interface PipelineSource {
  /** As the step names it. */
  readonly file: string;
  readonly text: string;
  readonly params: JsonObject;
  /** The pipelines that it may run in turn, by path. */
  readonly pipelines: Readonly<Record<string, { readonly text: string }>>;
}

/** The result of `check-event`: what is wrong with the payload; empty where it is good. */
export interface EventCheckResult {
  readonly problems: readonly string[];
}

export interface ItemStatus {
  readonly id: string;
  readonly subjectDigest: string;
  readonly outcome: 'open' | 'approved' | 'rejected' | 'relabelled';
  readonly label: string | null;
  /** By `onTimeout`, not by a person. */
  readonly byTimeout: boolean;
  readonly decisions: readonly RecordedDecision[];
}

export interface RecordedDecision extends ReviewDecision {
  readonly receivedAtMs: number;
}

export interface RefusedDecision {
  readonly decision: RecordedDecision;
  readonly reason: RefusalReason;
}

export interface GateStatus {
  readonly gateId: string;
  readonly state: 'open' | 'complete' | 'timed-out';
  readonly items: ArtifactRef;
  readonly openedAtMs: number;
  readonly deadlineMs: number;
  readonly onTimeout: 'fail' | 'reject' | 'approve';
  readonly quorum: number;
  /** `null`: anyone. */
  readonly reviewers: readonly string[] | null;
  readonly fourEyes: boolean;
  readonly classes: readonly string[];
  readonly subjects: readonly ItemStatus[];
  readonly refusals: readonly RefusedDecision[];
}

/** The input of the activity `record-decisions`; it stores the JSON as the gate's evidence. */
export interface DecisionRecord {
  readonly run: RunIdentity;
  readonly gate: GateStatus;
}

/** The input of the activity `write-report`, which ends every run. */
export interface RunRecord {
  readonly status: RunStatus;
  readonly plan: Plan;
}
