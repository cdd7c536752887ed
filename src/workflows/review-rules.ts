/** The rules that a review decision must meet, each with the reason given when it does not. */
import type { GateStatus, RefusalReason, ReviewDecision } from './run-state.ts';

export const VERDICTS = ['approve', 'reject', 'relabel'] as const;
const MAX_NAME = 200;
const MAX_COMMENT = 10_000;

interface FormProblem {
  readonly problem: string;
  /** What could be read of the message, bounded, for the record. */
  readonly excerpt: ReviewDecision;
}

/** Whether a message has the form of a decision. Unknown members are ignored. */
export function checkForm(message: unknown): { readonly decision: ReviewDecision } | FormProblem {
  const source = (typeof message === 'object' && message !== null ? message : {}) as Record<
    string,
    unknown
  >;
  const text = (key: string, max: number): string =>
    typeof source[key] === 'string' ? source[key].slice(0, max) : '';
  const optional = (key: string, max: number): string | undefined =>
    source[key] === undefined || source[key] === null || source[key] === ''
      ? undefined
      : text(key, max);
  const decision: ReviewDecision = {
    decisionId: text('decisionId', MAX_NAME),
    gateId: text('gateId', MAX_NAME),
    itemId: text('itemId', MAX_NAME),
    subjectDigest: text('subjectDigest', MAX_NAME),
    verdict: VERDICTS.find((verdict) => verdict === source['verdict']) ?? 'reject',
    label: optional('label', MAX_NAME),
    comment: optional('comment', MAX_COMMENT),
    reviewer: text('reviewer', MAX_NAME),
  };
  const problem = formProblem(source, decision);
  return problem ? { problem, excerpt: decision } : { decision };
}

function formProblem(source: Record<string, unknown>, decision: ReviewDecision): string | null {
  for (const key of ['decisionId', 'gateId', 'itemId', 'subjectDigest', 'reviewer'] as const) {
    const value = source[key];
    if (typeof value !== 'string' || value === '' || value.length > MAX_NAME) {
      return `"${key}" must be a text of 1 to ${MAX_NAME} characters`;
    }
  }
  if (!VERDICTS.some((verdict) => verdict === source['verdict'])) {
    return `"verdict" must be one of ${VERDICTS.join(', ')}`;
  }
  for (const [key, max] of [
    ['label', MAX_NAME],
    ['comment', MAX_COMMENT],
  ] as const) {
    const value = source[key];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' || value.length > max) {
      return `"${key}" must be a text of at most ${max} characters`;
    }
  }
  if (decision.verdict === 'relabel' && decision.label === undefined) {
    return 'a relabel needs a "label"';
  }
  if (decision.verdict !== 'relabel' && decision.label !== undefined) {
    return `"label" goes with the verdict relabel, not with ${decision.verdict}`;
  }
  return null;
}

/** Equal in everything that the sender chose. */
export function sameDecision(a: ReviewDecision, b: ReviewDecision): boolean {
  const keys = [
    'decisionId',
    'gateId',
    'itemId',
    'subjectDigest',
    'verdict',
    'label',
    'comment',
    'reviewer',
  ] as const;
  return keys.every((key) => (a[key] ?? undefined) === (b[key] ?? undefined));
}

/** The first rule of an open gate that a decision breaks, or `null`. */
export function checkDecision(
  gate: GateStatus,
  decision: ReviewDecision,
  submittedBy: string,
): { readonly reason: RefusalReason; readonly message: string } | null {
  const item = gate.subjects.find(({ id }) => id === decision.itemId);
  if (!item) {
    const message = `gate "${gate.gateId}" has no item "${decision.itemId}"`;
    return { reason: 'unknown-item', message };
  }
  if (gate.reviewers && !gate.reviewers.includes(decision.reviewer)) {
    const message = `${decision.reviewer} is not a reviewer of gate "${gate.gateId}"`;
    return { reason: 'unauthorised', message };
  }
  if (gate.fourEyes && decision.reviewer === submittedBy) {
    const message = `${decision.reviewer} started this run, and four eyes are required`;
    return { reason: 'four-eyes', message };
  }
  if (item.subjectDigest !== decision.subjectDigest) {
    const message = `item "${item.id}" is not what was decided on: its digest is ${item.subjectDigest}`;
    return { reason: 'stale-subject', message };
  }
  if (decision.verdict === 'relabel' && !gate.classes.includes(decision.label ?? '')) {
    const message = `"${decision.label}" is not a class; the classes: ${gate.classes.join(', ')}`;
    return { reason: 'unknown-label', message };
  }
  if (gate.state !== 'open') {
    return { reason: 'closed', message: `gate "${gate.gateId}" is ${gate.state}` };
  }
  if (item.outcome !== 'open') {
    return { reason: 'already-decided', message: `item "${item.id}" is already ${item.outcome}` };
  }
  if (item.decisions.some(({ reviewer }) => reviewer === decision.reviewer)) {
    const message = `${decision.reviewer} has already voted on item "${item.id}"`;
    return { reason: 'already-voted', message };
  }
  return null;
}
