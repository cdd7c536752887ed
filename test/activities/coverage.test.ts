import { coverageStep } from '../../src/activities/coverage.ts';
import { recordDecisions } from '../../src/activities/record-decisions.ts';
import type { CoverageStep } from '../../src/activities/step-types.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type { Predictions, RowSelection } from '../../src/ml/model.ts';
import { initialReviewState, openGate, submit, timeOut } from '../../src/workflows/review.ts';
import type { GateStatus } from '../../src/workflows/run-state.ts';
import { openReview, type ReviewedRow, type ReviewedRows, storeReviewed } from './reviewed-sets.ts';
import { type TestContext, testContext } from './small-problem.ts';

const ALPHA = 0.1;

/** What a reviewer does with an item: the true class, a rejection, or nothing. */
type Says = 'no' | 'yes' | 'reject' | null;
type Row = ReviewedRow & { readonly says: Says };

const rows = (count: number, row: Row): Row[] => Array.from({ length: count }, () => row);
/** Accepted: the set is {no}, as predicted. */
const accepted = (says: Says): Row => ({ set: [0], sampled: 'accepted', says });
const unsure = (says: Says): Row => ({ set: [0, 1], sampled: 'flagged', says });
const byRule = (set: readonly number[], says: Says): Row => ({ set, says });

/** Reviews by the rules of the engine; what is left open is approved by time. */
async function review(context: TestContext, given: readonly Row[]) {
  const reviewed = await storeReviewed(context.store, given, ALPHA);
  const opening = await openReview(context.store, reviewed);
  const gate: GateStatus = {
    ...{ gateId: 'gate', state: 'open', items: opening.items, openedAtMs: 0, deadlineMs: 1 },
    ...{ onTimeout: 'approve', quorum: 1, reviewers: null, fourEyes: false, refusals: [] },
    classes: opening.classes,
    subjects: opening.subjects.map(({ id, digest }) => ({
      ...{ id, subjectDigest: digest, outcome: 'open', label: null, byTimeout: false },
      decisions: [],
    })),
  };
  let state = openGate(initialReviewState(['gate'], 'ann'), gate);
  given.forEach(({ says }, row) => {
    if (says === null) return;
    const { id, digest } = opening.subjects[row]!;
    const verdict = { no: 'approve', yes: 'relabel', reject: 'reject' }[says];
    const label = says === 'yes' ? { label: 'yes' } : {};
    const about = { decisionId: `d${row}`, gateId: 'gate', itemId: id, subjectDigest: digest };
    const decision = { ...about, verdict, ...label, reviewer: 'bob' };
    const { state: next, answer } = submit(state, decision, 1);
    expect(answer.accepted).toBe(true);
    state = next;
  });
  const closed = timeOut(state, 'gate').gates.get('gate')!;
  const record = { run: context.run, gate: closed };
  return { reviewed, ...(await recordDecisions(record, context.store)) };
}

async function measure(given: readonly Row[], context = testContext()) {
  const { reviewed, decisions } = await review(context, given);
  const outputs = await coverageStep.run(inputOf(reviewed, decisions), context);
  return { outputs, context, reviewed, decisions };
}

const inputOf = (
  { predictions, flagged }: ReviewedRows,
  decisions: CoverageStep['with']['decisions'],
): CoverageStep['with'] => ({ predictions, flagged, decisions, level: 0.05 });

describe('coverage', () => {
  it('counts how often the set holds what people say, by where the item came from', async () => {
    const { outputs } = await measure([
      ...rows(40, accepted('no')),
      ...rows(3, accepted('yes')),
      ...rows(5, unsure('yes')),
      ...rows(2, unsure('no')),
      ...rows(4, byRule([0, 1], 'yes')),
      ...rows(1, byRule([], 'no')),
    ]);
    expect(outputs.sample).toMatchObject({ items: 50, decided: 50, covered: 47, coverage: 0.94 });
    // scipy: binomtest(47, 50).proportion_ci(0.95, 'exact'); binom.cdf(47, 50, 0.9).
    expect(outputs.sample.low).toBeCloseTo(0.834518, 6);
    expect(outputs.sample.high).toBeCloseTo(0.987451, 6);
    expect(outputs.sample.pValue).toBeCloseTo(0.888271, 6);
    expect(outputs).toMatchObject({ alpha: ALPHA, alarm: false });
    expect(outputs.accepted).toMatchObject({ items: 43, covered: 40, alarm: false });
    expect(outputs.flagged).toEqual({
      ...{ items: 12, decided: 12, covered: 11, coverage: 11 / 12 },
      ...{ low: null, high: null, pValue: null, alarm: false },
    });
  });

  it('raises the alarm where a drawn sample is covered too seldom', async () => {
    const { outputs, context } = await measure([
      ...rows(24, accepted('no')),
      ...rows(6, accepted('yes')),
    ]);
    // scipy: binom.cdf(24, 30, 0.9) = 0.0732 is no alarm; one more miss, 0.0258, is.
    expect(outputs).toMatchObject({ alarm: false });
    expect(outputs.sample.pValue).toBeCloseTo(0.0731901, 7);
    const worse = await measure([...rows(23, accepted('no')), ...rows(7, accepted('yes'))]);
    expect(worse.outputs).toMatchObject({ alarm: true, accepted: { alarm: true } });
    expect(worse.outputs.sample.pValue).toBeCloseTo(0.0258268, 7);
    const says = ({ lines }: TestContext) => lines.map(({ level }) => level);
    expect(says(context)).toEqual(['info']);
    expect(says(worse.context)).toEqual(['warn', 'warn']);
  });

  it('raises none by flagged rows alone, however few are covered', async () => {
    const { outputs, context } = await measure([
      ...rows(20, byRule([], 'no')),
      ...rows(20, accepted('no')),
    ]);
    expect(outputs).toMatchObject({ alarm: false, flagged: { covered: 0, coverage: 0 } });
    expect(context.lines.map(({ level }) => level)).toEqual(['info']);
  });

  it('tells accepted rows, which may be wrong more often than alpha, from all rows', async () => {
    const { outputs } = await measure([
      ...rows(30, accepted('no')),
      ...rows(8, accepted('yes')),
      ...rows(60, unsure('yes')),
    ]);
    expect(outputs).toMatchObject({ alarm: false, accepted: { alarm: true } });
  });

  it('takes no class from a rejection or from time, and says so', async () => {
    const { outputs, context } = await measure([
      ...rows(10, accepted('no')),
      ...rows(3, accepted('reject')),
      ...rows(2, accepted(null)),
    ]);
    expect(outputs.sample).toMatchObject({ items: 15, decided: 10, covered: 10, coverage: 1 });
    expect(context.lines[0]).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('5 of 15 drawn rows have no class') as string,
    });
  });

  it('knows nothing, and says so, without a drawn row or without a decision', async () => {
    const nothing = { decided: 0, coverage: null, low: null, high: null, pValue: null };
    const none = await measure([byRule([0, 1], 'no')]);
    expect(none.outputs.sample).toMatchObject({ items: 0, ...nothing, alarm: false });
    expect(none.context.lines[0]?.message).toContain('no row was drawn at random');
    const undecided = await measure([accepted('reject')]);
    expect(undecided.outputs.sample).toMatchObject({ items: 1, ...nothing, alarm: false });
  });

  it('refuses decisions about other rows, other sets, and predictions without sets', async () => {
    const { context, reviewed, decisions } = await measure(rows(3, accepted('no')));
    const { store } = context;
    const predictions = await store.getJson<Predictions>(reviewed.predictions);
    const flagged = await store.getJson<RowSelection>(reviewed.flagged);
    const runWith = async (changed: Partial<Predictions>, selection: RowSelection = flagged) =>
      coverageStep.run(
        {
          ...inputOf(reviewed, decisions),
          predictions: await store.putJson({ ...predictions, ...changed }, MEDIA_TYPE.predictions),
          flagged: await store.putJson(selection, MEDIA_TYPE.rows),
        },
        context,
      );
    const sets = [[0], [0], [0, 1]];
    const { conformal, ...bare } = predictions;
    const invalid = { code: 'DATA_INVALID' };
    await expect(runWith({ conformal: { ...conformal!, sets } })).rejects.toMatchObject(invalid);
    const fewer = { ...flagged, rows: flagged.rows.slice(1) };
    await expect(runWith({}, fewer)).rejects.toMatchObject(invalid);
    const others = flagged.rows.map((row) => ({ ...row, sourceRow: row.sourceRow + 100 }));
    await expect(runWith({}, { ...flagged, rows: others })).rejects.toMatchObject(invalid);
    const without = await store.putJson(bare, MEDIA_TYPE.predictions);
    await expect(
      coverageStep.run({ ...inputOf(reviewed, decisions), predictions: without }, context),
    ).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  });
});
