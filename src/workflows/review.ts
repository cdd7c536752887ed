/**
 * The review reducer: the one place that decides whether a reviewer's decision counts.
 *
 * Pure: `(state, event) → (state, answer)`. The signal `review` and the update `submitReview`
 * both go through `submit`, so no way in is laxer than another.
 *
 * A gate: open ──every item decided──▶ complete
 *           └────deadline────────────▶ timed-out (open items get the outcome of `onTimeout`)
 * An item: open ──quorum of equal verdicts of different people──▶ approved | rejected | relabelled
 *
 * Duplicates (the same decision id and content) are answered as the first time and change
 * nothing. Decisions for a gate of the plan that is not open yet are kept and judged when it
 * opens. Everything else that does not count is refused with a reason, and recorded.
 */
import type {
  GateStatus,
  ItemStatus,
  RecordedDecision,
  RefusalReason,
  RefusedDecision,
  ReviewAnswer,
  ReviewDecision,
} from './run-state.ts';
import { checkDecision, checkForm, sameDecision } from './review-rules.ts';

export interface ReviewState {
  /** Ids of the plan's `human-review` steps; a gate of an item or iteration begins with one. */
  readonly expectedGates: readonly string[];
  readonly gates: ReadonlyMap<string, GateStatus>;
  /** In order of arrival. */
  readonly early: readonly RecordedDecision[];
  /** Every well-formed decision by its id, with the answer it got. */
  readonly answered: ReadonlyMap<
    string,
    { readonly decision: ReviewDecision; readonly answer: ReviewAnswer }
  >;
  /** Refusals that belong to no gate of this run, and malformed messages. */
  readonly strayRefusals: readonly RefusedDecision[];
  readonly submittedBy: string;
  /** The run has ended. */
  readonly closed: boolean;
}

/** More than these are counted as refused: a flood must not fill the workflow's memory. */
export const MAX_EARLY_DECISIONS = 5_000;
/**
 * The last ones are kept, their comments cut. They go into the report's input, and Temporal ends
 * a run whose workflow hands an activity more than 2 MB.
 */
const MAX_REFUSALS = 300;
const MAX_REFUSED_COMMENT = 200;

export function initialReviewState(
  expectedGates: readonly string[],
  submittedBy: string,
): ReviewState {
  return {
    expectedGates,
    gates: new Map(),
    early: [],
    answered: new Map(),
    strayRefusals: [],
    submittedBy,
    closed: false,
  };
}

export interface ReviewTransition {
  readonly state: ReviewState;
  readonly answer: ReviewAnswer;
}

/** Judges one message, which may be anything that a client has sent. */
export function submit(state: ReviewState, message: unknown, atMs: number): ReviewTransition {
  const form = checkForm(message);
  if ('problem' in form) {
    const decision = { ...form.excerpt, receivedAtMs: atMs };
    return refuse(state, decision, 'malformed', form.problem);
  }
  const decision: RecordedDecision = { ...form.decision, receivedAtMs: atMs };
  const before = state.answered.get(decision.decisionId);
  if (before) {
    if (sameDecision(before.decision, decision)) return { state, answer: repeat(before.answer) };
    const message = `decision id ${decision.decisionId} was used for another decision`;
    return refuse(state, decision, 'decision-id-reused', message);
  }
  return judge(state, decision);
}

function repeat(answer: ReviewAnswer): ReviewAnswer {
  return answer.accepted && 'duplicate' in answer ? { ...answer, duplicate: true } : answer;
}

function judge(state: ReviewState, decision: RecordedDecision): ReviewTransition {
  const gate = state.gates.get(decision.gateId);
  if (!gate && !state.closed && isExpected(state, decision.gateId)) {
    return keepEarly(state, decision);
  }
  if (!gate) {
    const known = state.expectedGates.join(', ') || 'none';
    const reason = isExpected(state, decision.gateId) ? 'closed' : 'unknown-gate';
    const message =
      reason === 'closed'
        ? `the run ended before gate "${decision.gateId}" opened`
        : `this run has no gate "${decision.gateId}"; its gates: ${known}`;
    return refuse(state, decision, reason, message);
  }
  const problem = checkDecision(gate, decision, state.submittedBy);
  if (!problem && state.closed) {
    return refuse(state, decision, 'closed', 'the run has ended or was cancelled');
  }
  if (problem) return refuse(state, decision, problem.reason, problem.message);
  return accept(state, gate, decision);
}

/** `gate` and `gate.3` are gates of the step `gate`. */
const isExpected = ({ expectedGates }: ReviewState, gateId: string): boolean =>
  expectedGates.includes(gateId.split('.', 1)[0] ?? '');

function keepEarly(state: ReviewState, decision: RecordedDecision): ReviewTransition {
  if (state.early.length >= MAX_EARLY_DECISIONS) {
    const message = `more than ${MAX_EARLY_DECISIONS} decisions came before their gate was open`;
    return refuse(state, decision, 'closed', message);
  }
  const answer: ReviewAnswer = { accepted: true, early: true };
  const early = [...state.early, decision];
  return { state: remember({ ...state, early }, decision, answer), answer };
}

function accept(
  state: ReviewState,
  gate: GateStatus,
  decision: RecordedDecision,
): ReviewTransition {
  const subjects = gate.subjects.map((item) =>
    item.id === decision.itemId ? withDecision(item, decision, gate.quorum) : item,
  );
  const item = subjects.find(({ id }) => id === decision.itemId);
  const complete = subjects.every(({ outcome }) => outcome !== 'open');
  const updated: GateStatus = { ...gate, subjects, state: complete ? 'complete' : 'open' };
  const answer: ReviewAnswer = {
    accepted: true,
    duplicate: false,
    itemDecided: item?.outcome !== 'open',
    gateComplete: complete,
  };
  return { state: remember(withGate(state, updated), decision, answer), answer };
}

const OUTCOME_OF_VERDICT = {
  approve: 'approved',
  reject: 'rejected',
  relabel: 'relabelled',
} as const;

function withDecision(item: ItemStatus, decision: RecordedDecision, quorum: number): ItemStatus {
  const decisions = [...item.decisions, decision];
  const agreeing = decisions.filter(
    ({ verdict, label }) => verdict === decision.verdict && label === decision.label,
  );
  if (agreeing.length < quorum) return { ...item, decisions };
  const outcome = OUTCOME_OF_VERDICT[decision.verdict];
  return { ...item, decisions, outcome, label: decision.label ?? null };
}

function refuse(
  state: ReviewState,
  decision: RecordedDecision,
  reason: RefusalReason,
  message: string,
): ReviewTransition {
  const answer: ReviewAnswer = { accepted: false, reason, message };
  const comment = decision.comment?.slice(0, MAX_REFUSED_COMMENT);
  const refusal = { decision: { ...decision, comment }, reason };
  const gate = state.gates.get(decision.gateId);
  const recorded = gate
    ? withGate(state, { ...gate, refusals: [...gate.refusals, refusal].slice(-MAX_REFUSALS) })
    : {
        ...state,
        strayRefusals: [...state.strayRefusals, refusal].slice(-MAX_REFUSALS),
      };
  const known = reason === 'malformed' || reason === 'decision-id-reused';
  return { state: known ? recorded : remember(recorded, decision, answer), answer };
}

function remember(
  state: ReviewState,
  decision: RecordedDecision,
  answer: ReviewAnswer,
): ReviewState {
  const answered = new Map(state.answered).set(decision.decisionId, { decision, answer });
  return { ...state, answered };
}

function withGate(state: ReviewState, gate: GateStatus): ReviewState {
  return { ...state, gates: new Map(state.gates).set(gate.gateId, gate) };
}

/** Opens a gate and judges what came before it, in order of arrival. */
export function openGate(state: ReviewState, gate: GateStatus): ReviewState {
  const complete = gate.subjects.length === 0;
  const waiting = state.early.filter(({ gateId }) => gateId === gate.gateId);
  const early = state.early.filter(({ gateId }) => gateId !== gate.gateId);
  const opened = withGate({ ...state, early }, { ...gate, state: complete ? 'complete' : 'open' });
  return waiting.reduce((current, decision) => judge(current, decision).state, opened);
}

/** The deadline of a gate: items still open get the outcome of `onTimeout`. */
export function timeOut(state: ReviewState, gateId: string): ReviewState {
  const gate = state.gates.get(gateId);
  if (!gate || gate.state !== 'open') return state;
  const outcome = { fail: 'open', reject: 'rejected', approve: 'approved' } as const;
  const subjects = gate.subjects.map((item) =>
    item.outcome === 'open' ? { ...item, outcome: outcome[gate.onTimeout], byTimeout: true } : item,
  );
  return withGate(state, { ...gate, subjects, state: 'timed-out' });
}

/** The run has ended: later decisions are refused as `closed`. */
export function closeReview(state: ReviewState): ReviewState {
  return { ...state, closed: true };
}
