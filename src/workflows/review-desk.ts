/**
 * The review gates of one run: holds a `human-review` step until people have decided, or its
 * time is up. The rules are in `review.ts`; here are only the timer and the wait.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { RunIdentity } from '../activities/step.ts';
import type { JsonObject } from '../json.ts';
import { parseDuration } from '../plan/duration.ts';
import type { ReviewState } from './review.ts';
import { closeReview, initialReviewState, openGate, submit, timeOut } from './review.ts';
import type { RunHost } from './run-host.ts';
import type {
  GateOpening,
  GateStatus,
  RecordedDecision,
  RefusedDecision,
  ReviewAnswer,
  ReviewDecision,
} from './run-state.ts';

/** JSON of what has come in so far. */
export interface CarriedReviews {
  readonly gates: readonly GateStatus[];
  readonly answered: readonly {
    readonly decision: ReviewDecision;
    readonly answer: ReviewAnswer;
  }[];
  readonly early: readonly RecordedDecision[];
  readonly strayRefusals: readonly RefusedDecision[];
}

const fromCarried = ({ gates, answered, early, strayRefusals }: CarriedReviews) => ({
  gates: new Map(gates.map((gate) => [gate.gateId, gate])),
  answered: new Map(answered.map((entry) => [entry.decision.decisionId, entry])),
  early,
  strayRefusals,
});

export interface ReviewDeskOptions {
  readonly run: RunIdentity;
  /** Ids of the plan's `human-review` steps. */
  readonly gateIds: readonly string[];
  readonly host: RunHost;
}

export class ReviewDesk {
  private readonly run: RunIdentity;
  private readonly host: RunHost;
  private state: ReviewState;

  /** @param carried  of the execution before this one */
  constructor({ run, gateIds, host }: ReviewDeskOptions, carried?: CarriedReviews) {
    this.run = run;
    this.host = host;
    const state = initialReviewState(gateIds, run.submittedBy);
    this.state = carried ? { ...state, ...fromCarried(carried) } : state;
  }

  /** What a new execution of the run goes on from. */
  carry(): CarriedReviews {
    const { gates, answered, early, strayRefusals } = this.state;
    return { gates: [...gates.values()], answered: [...answered.values()], early, strayRefusals };
  }

  submit(message: unknown): ReviewAnswer {
    const { state, answer } = submit(this.state, message, this.host.now());
    this.state = state;
    return answer;
  }

  gates(): GateStatus[] {
    return [...this.state.gates.values()];
  }

  strayRefusals(): readonly RefusedDecision[] {
    return this.state.strayRefusals;
  }

  isWaiting(): boolean {
    return !this.state.closed && this.gates().some(({ state }) => state === 'open');
  }

  close(): void {
    this.state = closeReview(this.state);
  }

  has(gateId: string): boolean {
    return this.state.gates.has(gateId);
  }

  /**
   * @param input    the step's `with`, defaults filled in.
   * @param opening  the result of the activity `human-review`.
   */
  open(gateId: string, input: JsonObject, opening: JsonObject): void {
    const openedAtMs = this.host.now();
    const gate = gateOf(input, opening as unknown as GateOpening, { gateId, openedAtMs });
    this.state = openGate(this.state, gate);
  }

  /** Waits until every item is decided or time is up. */
  async decided(gateId: string, onWaiting: () => void): Promise<void> {
    const { deadlineMs } = this.gate(gateId);
    const isClosed = () => this.gate(gateId).state !== 'open';
    if (!isClosed()) onWaiting();
    const leftMs = Math.max(deadlineMs - this.host.now(), 0);
    if (!(await this.host.condition(isClosed, leftMs))) this.state = timeOut(this.state, gateId);
  }

  /**
   * Records the evidence and says how the gate ended.
   *
   * @returns the outputs of the step.
   * @throws ApplicationFailure `REVIEW_TIMED_OUT`, `REVIEW_REJECTED`
   */
  async conclude(gateId: string, input: JsonObject): Promise<JsonObject> {
    const closed = this.gate(gateId);
    const { decisions } = await this.host.recordDecisions({ run: this.run, gate: closed });
    failIfRefused(closed, input['onReject'] === 'continue');
    return { decisions: { ...decisions }, ...tally(closed) };
  }

  private gate(id: string): GateStatus {
    const gate = this.state.gates.get(id);
    if (!gate) throw new RangeError(`no gate ${id}`);
    return gate;
  }
}

function timeoutOf({ timeout }: JsonObject): number {
  if (typeof timeout === 'string') return parseDuration(timeout);
  throw ApplicationFailure.nonRetryable('`timeout` is not a duration', 'SPEC_INVALID');
}

function gateOf(
  input: JsonObject,
  opening: GateOpening,
  { gateId, openedAtMs }: Pick<GateStatus, 'gateId' | 'openedAtMs'>,
): GateStatus {
  const onTimeout = input['onTimeout'];
  const reviewers = input['reviewers'];
  return {
    gateId,
    state: 'open',
    items: opening.items,
    openedAtMs,
    deadlineMs: openedAtMs + timeoutOf(input),
    onTimeout: onTimeout === 'reject' || onTimeout === 'approve' ? onTimeout : 'fail',
    quorum: typeof input['quorum'] === 'number' ? input['quorum'] : 1,
    reviewers: Array.isArray(reviewers) ? reviewers.map(String) : null,
    fourEyes: input['fourEyes'] === true,
    classes: opening.classes,
    subjects: opening.subjects.map(({ id, digest }) => ({
      id,
      subjectDigest: digest,
      outcome: 'open',
      label: null,
      byTimeout: false,
      decisions: [],
    })),
    refusals: [],
  };
}

function failIfRefused(gate: GateStatus, rejectedMayGoOn: boolean): void {
  const undecided = gate.subjects.filter(({ outcome }) => outcome === 'open').length;
  if (undecided > 0) {
    throw ApplicationFailure.nonRetryable(
      `time is up: ${undecided} of ${gate.subjects.length} items were not decided`,
      'REVIEW_TIMED_OUT',
    );
  }
  const rejected = gate.subjects.filter(({ outcome }) => outcome === 'rejected').length;
  if (rejected > 0 && !rejectedMayGoOn) {
    throw ApplicationFailure.nonRetryable(
      `${rejected} of ${gate.subjects.length} items were rejected`,
      'REVIEW_REJECTED',
    );
  }
}

/**
 * A corrected prediction was wrong, so it speaks against the model: where people correct as many as
 * they approve, what they were asked about is not approved. One correction of many is what a review
 * of the least sure predictions is for.
 */
export function tally({ subjects }: GateStatus): JsonObject {
  const count = (outcome: string) => subjects.filter((item) => item.outcome === outcome).length;
  const [approved, rejected, relabelled] = [
    count('approved'),
    count('rejected'),
    count('relabelled'),
  ];
  const stands = rejected === 0 && (relabelled === 0 || approved > relabelled);
  return {
    verdict: stands ? 'approved' : 'rejected',
    items: subjects.length,
    approved,
    rejected,
    relabelled,
    timedOut: subjects.filter(({ byTimeout }) => byTimeout).length,
  };
}
