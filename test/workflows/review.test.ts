import fc from 'fast-check';
import type { ReviewState } from '../../src/workflows/review.ts';
import {
  closeReview,
  initialReviewState,
  openGate,
  submit,
  timeOut,
} from '../../src/workflows/review.ts';
import type { GateStatus, ReviewAnswer, ReviewDecision } from '../../src/workflows/run-state.ts';

const ref = { uri: 'artifact://sha256/00', sha256: '00', bytes: 1, mediaType: 'x' };

function gate(overrides: Partial<GateStatus> = {}, items = 3): GateStatus {
  return {
    gateId: 'review',
    state: 'open',
    items: ref,
    openedAtMs: 0,
    deadlineMs: 1000,
    onTimeout: 'fail',
    quorum: 1,
    reviewers: null,
    fourEyes: false,
    classes: ['0', '1'],
    subjects: Array.from({ length: items }, (_, index) => ({
      id: `review-${index}`,
      subjectDigest: `digest-${index}`,
      outcome: 'open' as const,
      label: null,
      byTimeout: false,
      decisions: [],
    })),
    refusals: [],
    ...overrides,
  };
}

function decision(overrides: Partial<ReviewDecision> = {}, item = 0): ReviewDecision {
  return {
    decisionId: `d-${item}`,
    gateId: 'review',
    itemId: `review-${item}`,
    subjectDigest: `digest-${item}`,
    verdict: 'approve',
    reviewer: 'ann',
    ...overrides,
  };
}

const fresh = () => initialReviewState(['review'], 'submitter');
const opened = (overrides: Partial<GateStatus> = {}, items = 3) =>
  openGate(fresh(), gate(overrides, items));
const reasonOf = (answer: ReviewAnswer) => (answer.accepted ? 'accepted' : answer.reason);
const gateIn = (state: ReviewState) => state.gates.get('review') as GateStatus;

describe('review reducer', () => {
  it('decides an item once and completes the gate with its last item', () => {
    let state = opened({}, 2);
    const first = submit(state, decision(), 1);
    expect(first.answer).toEqual({
      accepted: true,
      duplicate: false,
      itemDecided: true,
      gateComplete: false,
    });
    state = first.state;
    const last = submit(state, decision({ verdict: 'relabel', label: '1' }, 1), 2);
    expect(last.answer).toMatchObject({ gateComplete: true });
    expect(gateIn(last.state)).toMatchObject({
      state: 'complete',
      subjects: [
        { outcome: 'approved', label: null },
        { outcome: 'relabelled', label: '1' },
      ],
    });
  });

  it('answers a duplicate as the first time and changes nothing', () => {
    const once = submit(opened(), decision(), 1);
    const twice = submit(once.state, decision(), 2);
    expect(twice.answer).toEqual({ ...once.answer, duplicate: true });
    expect(twice.state).toBe(once.state);
  });

  it.each<[string, Partial<GateStatus>, Partial<ReviewDecision>, string]>([
    ['a gate the run does not have', {}, { gateId: 'other' }, 'unknown-gate'],
    ['an item the gate does not have', {}, { itemId: 'review-99' }, 'unknown-item'],
    ['a subject that changed', {}, { subjectDigest: 'old' }, 'stale-subject'],
    ['somebody who is no reviewer', { reviewers: ['bob'] }, {}, 'unauthorised'],
    ['who started the run', { fourEyes: true }, { reviewer: 'submitter' }, 'four-eyes'],
    ['a label that is no class', {}, { verdict: 'relabel', label: '7' }, 'unknown-label'],
    ['a relabel without a label', {}, { verdict: 'relabel' }, 'malformed'],
    ['an approval with a label', {}, { label: '1' }, 'malformed'],
    ['no reviewer', {}, { reviewer: '' }, 'malformed'],
    ['an unknown verdict', {}, { verdict: 'maybe' as never }, 'malformed'],
  ])('refuses and records %s', (_, gateChange, change, reason) => {
    const { state, answer } = submit(opened(gateChange), decision(change), 5);
    expect(reasonOf(answer)).toBe(reason);
    const recorded = [...gateIn(state).refusals, ...state.strayRefusals];
    expect(recorded).toMatchObject([{ reason, decision: { receivedAtMs: 5 } }]);
    expect(gateIn(state).subjects.every(({ outcome }) => outcome === 'open')).toBe(true);
  });

  it.each([null, undefined, 3, 'x', [], { decisionId: 4 }, { decisionId: 'a'.repeat(9_999) }])(
    'refuses a message without form: %p',
    (message) => {
      const { state, answer } = submit(opened(), message, 1);
      expect(reasonOf(answer)).toBe('malformed');
      expect(state.strayRefusals).toHaveLength(1);
    },
  );

  it('refuses a second verdict on a decided item, and a decision id used for something else', () => {
    const { state } = submit(opened(), decision(), 1);
    const again = submit(state, decision({ decisionId: 'other', reviewer: 'bob' }), 2);
    expect(reasonOf(again.answer)).toBe('already-decided');
    const reused = submit(state, decision({ verdict: 'reject' }), 3);
    expect(reasonOf(reused.answer)).toBe('decision-id-reused');
  });

  it('needs a quorum of equal verdicts by different people', () => {
    let state = opened({ quorum: 2 }, 1);
    const send = (change: Partial<ReviewDecision>) => {
      const next = submit(state, decision(change), 1);
      state = next.state;
      return next.answer;
    };
    expect(send({ decisionId: '1' })).toMatchObject({ itemDecided: false });
    expect(reasonOf(send({ decisionId: '2' }))).toBe('already-voted');
    expect(send({ decisionId: '3', reviewer: 'bob', verdict: 'reject' })).toMatchObject({
      itemDecided: false,
    });
    expect(send({ decisionId: '4', reviewer: 'cy' })).toMatchObject({ itemDecided: true });
    expect(gateIn(state).subjects[0]?.outcome).toBe('approved');
  });

  it('keeps early decisions and judges them when the gate opens', () => {
    const early = submit(fresh(), decision(), 1);
    expect(early.answer).toEqual({ accepted: true, early: true });
    const wrong = submit(early.state, decision({ decisionId: 'w', subjectDigest: 'no' }, 1), 2);
    const state = openGate(wrong.state, gate());
    expect(gateIn(state).subjects[0]?.outcome).toBe('approved');
    expect(gateIn(state).refusals).toMatchObject([{ reason: 'stale-subject' }]);
    expect(submit(state, decision(), 3).answer).toMatchObject({ accepted: true, duplicate: true });
  });

  it.each([
    ['fail', 'open'],
    ['reject', 'rejected'],
    ['approve', 'approved'],
  ] as const)(
    'on timeout %s leaves open items %s and refuses late decisions',
    (onTimeout, outcome) => {
      const { state } = submit(opened({ onTimeout }, 2), decision(), 1);
      const late = timeOut(state, 'review');
      expect(gateIn(late).state).toBe('timed-out');
      expect(gateIn(late).subjects.map((item) => [item.outcome, item.byTimeout])).toEqual([
        ['approved', false],
        [outcome, true],
      ]);
      expect(reasonOf(submit(late, decision({}, 1), 9).answer)).toBe('closed');
    },
  );

  it('refuses decisions for a gate that never opened once the run has ended', () => {
    const { answer } = submit(closeReview(fresh()), decision(), 1);
    expect(reasonOf(answer)).toBe('closed');
  });

  it('refuses decisions for an open gate once the run has ended', () => {
    const { answer } = submit(closeReview(opened()), decision(), 1);
    expect(reasonOf(answer)).toBe('closed');
  });

  it('keeps the record of a flood of long refusals small', () => {
    const comment = 'x'.repeat(10_000);
    let state = opened({ reviewers: ['ann'] });
    for (let i = 0; i < 2_000; i++) {
      state = submit(state, decision({ decisionId: `e-${i}`, reviewer: 'eve', comment }), i).state;
      state = submit(state, { gateId: 'x'.repeat(300), comment }, i).state;
    }
    const { refusals } = gateIn(state);
    expect(refusals.at(-1)?.decision.decisionId).toBe('e-1999');
    expect(JSON.stringify([refusals, state.strayRefusals]).length).toBeLessThan(500_000);
  });

  it('completes a gate without items at once', () => {
    expect(gateIn(opened({}, 0)).state).toBe('complete');
  });

  it('counts each item once under any order of repeats, early and wrong messages (F8)', () => {
    const message = fc.record({
      item: fc.integer({ min: 0, max: 4 }),
      verdict: fc.constantFrom('approve', 'reject', 'relabel', 'maybe'),
      reviewer: fc.constantFrom('ann', 'bob', 'eve', 'submitter'),
      id: fc.integer({ min: 0, max: 12 }),
      fault: fc.constantFrom('', '', '', 'digest', 'gate'),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), fc.nat(40), (messages, openAt) => {
        const allowed = ['ann', 'bob', 'submitter'];
        const settings = { reviewers: allowed, fourEyes: true };
        let state = fresh();
        // The model: first well-formed, authorised, current decision per item wins.
        const seen = new Map<string, string>();
        const wins = new Map<number, string>();
        messages.forEach((raw, index) => {
          if (index === openAt % (messages.length + 1)) state = openGate(state, gate(settings, 4));
          const sent = toDecision(raw);
          state = submit(state, sent, index).state;
          const known = seen.get(sent.decisionId);
          if (raw.verdict === 'maybe' || known !== undefined) return;
          seen.set(sent.decisionId, JSON.stringify(sent));
          const counts = raw.fault === '' && raw.item < 4 && ['ann', 'bob'].includes(raw.reviewer);
          if (counts && !wins.has(raw.item)) wins.set(raw.item, raw.verdict);
        });
        if (!state.gates.has('review')) state = openGate(state, gate(settings, 4));
        const outcomes = gateIn(state).subjects.map(({ outcome }) => outcome);
        const word = { approve: 'approved', reject: 'rejected', relabel: 'relabelled' };
        expect(outcomes).toEqual(
          [0, 1, 2, 3].map((item) => word[wins.get(item) as keyof typeof word] ?? 'open'),
        );
        for (const item of gateIn(state).subjects) {
          expect(item.decisions.length).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 8, numRuns: 2_000 },
    );
  });
});

function toDecision(raw: {
  item: number;
  verdict: string;
  reviewer: string;
  id: number;
  fault: string;
}): ReviewDecision {
  return {
    decisionId: `id-${raw.id}`,
    gateId: raw.fault === 'gate' ? 'nowhere' : 'review',
    itemId: `review-${raw.item}`,
    subjectDigest: raw.fault === 'digest' ? 'old' : `digest-${raw.item}`,
    verdict: raw.verdict as ReviewDecision['verdict'],
    ...(raw.verdict === 'relabel' ? { label: '1' } : {}),
    reviewer: raw.reviewer,
  };
}
