import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../../src/json.ts';
import { decide, decisionFor, openItems, recordedAnswer } from '../../src/temporal/reviews.ts';
import type { OpenItem } from '../../src/temporal/reviews.ts';
import { cancelRun, finalStatus, runStatus, startRun } from '../../src/temporal/runs.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import type { TestStep } from '../workflows/plans.ts';
import { planOf } from '../workflows/plans.ts';
import type { Engine } from './harness.ts';
import { startEngine } from './harness.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    echo: async ({ with: input }) => input,
    slow: async () => {
      await sleep(400);
      return {};
    },
    // Takes its time to stop.
    lingers: async (_, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await sleep(1_500);
      throw new Error('stopped');
    },
    'human-review': async ({ step, with: { rows = [0, 1] } }) => ({
      items: { uri: 'artifact://sha256/0', sha256: '0', bytes: 0, mediaType: 'x' },
      subjects: (rows as number[]).map((row) => ({
        id: `${step}-${row}`,
        digest: `digest-${row}`,
      })),
      classes: ['cat', 'dog'],
    }),
  });
});
afterAll(() => engine.stop());

async function start(
  settings: Record<string, Json>,
  first = 'echo',
  beside: readonly TestStep[] = [],
): Promise<string> {
  const input = { timeout: '1h', quorum: 1, fourEyes: false, onTimeout: 'fail', onReject: 'fail' };
  const plan = planOf([
    { id: 'before', kind: first },
    {
      id: 'gate',
      kind: 'human-review',
      needs: ['before'],
      with: { literal: { ...input, ...settings } },
    },
    { id: 'after', kind: 'echo', needs: ['gate'] },
    ...beside,
  ]);
  return (await startRun(engine.client, { plan, submittedBy: 'ann' })).id;
}

async function itemsOf(id: string): Promise<OpenItem[]> {
  for (let waited = 0; waited < 5_000; waited += 50) {
    const items = await openItems(engine.client, id);
    if (items.length > 0) return items;
    await sleep(50);
  }
  throw new Error('the gate did not open');
}

const stateOf = (status: RunStatus, step: string) =>
  status.steps.find(({ id }) => id === step)?.state;

describe('a review gate', () => {
  it('holds the run until every item is decided, by update and by signal', async () => {
    const id = await start({});
    const [first, second] = await itemsOf(id);
    expect((await runStatus(engine.client, id)).state).toBe('waiting-for-review');
    const sent = await decide(engine.client, first!, { verdict: 'approve', reviewer: 'bob' });
    expect(sent).toEqual({
      answer: { accepted: true, duplicate: false, itemDecided: true, gateComplete: false },
    });
    const signal = decisionFor(second!, { verdict: 'relabel', label: 'dog', reviewer: 'bob' });
    await engine.client.workflow.getHandle(id).signal('review', signal);
    const status = await finalStatus(engine.client, id);
    expect(status.state).toBe('succeeded');
    expect(status.steps[1]?.outputs).toMatchObject({
      items: 2,
      approved: 1,
      relabelled: 1,
      rejected: 0,
      timedOut: 0,
    });
    expect(stateOf(status, 'after')).toBe('succeeded');
  });

  it('counts ten deliveries of one decision once, and refuses others with a reason', async () => {
    const id = await start({ reviewers: ['bob'] });
    const [first, second] = await itemsOf(id);
    const handle = engine.client.workflow.getHandle(id);
    const signal = decisionFor(first!, { verdict: 'approve', reviewer: 'bob' });
    for (let times = 0; times < 10; times++) await handle.signal('review', signal);
    const stranger = await decide(engine.client, second!, { verdict: 'approve', reviewer: 'eve' });
    expect(stranger).toMatchObject({ answer: { accepted: false, reason: 'unauthorised' } });
    const late = await decide(engine.client, first!, { verdict: 'reject', reviewer: 'bob' });
    expect(late).toMatchObject({ answer: { accepted: false, reason: 'already-decided' } });
    const { gates } = await runStatus(engine.client, id);
    expect(gates[0]?.subjects[0]?.decisions).toHaveLength(1);
    expect(gates[0]?.refusals.map(({ reason }) => reason)).toEqual([
      'unauthorised',
      'already-decided',
    ]);
    await decide(engine.client, second!, { verdict: 'approve', reviewer: 'bob' });
    await finalStatus(engine.client, id);
    // Whoever lost the answer may ask again, even after the end.
    const { decisionId, verdict, reviewer } = signal;
    const repeat = { runId: id, itemId: first!.item.id };
    const again = { ...repeat, choice: { decisionId, verdict, reviewer } };
    expect(await recordedAnswer(engine.client, again)).toMatchObject({ duplicate: true });
    const other = { ...repeat, choice: { decisionId, verdict, reviewer: 'eve' } };
    expect(await recordedAnswer(engine.client, other)).toMatchObject({
      reason: 'decision-id-reused',
    });
    await expect(openItems(engine.client, 'nobody')).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
    await expect(
      decide(engine.client, second!, { verdict: 'approve', reviewer: 'bob' }),
    ).rejects.toMatchObject({ code: 'REVIEW_REFUSED' });
  });

  it('keeps a decision that comes before the gate opens', async () => {
    const id = await start({}, 'slow');
    const handle = engine.client.workflow.getHandle(id);
    for (const row of [0, 1]) {
      await handle.signal('review', {
        decisionId: `early-${row}`,
        gateId: 'gate',
        itemId: `gate-${row}`,
        subjectDigest: `digest-${row}`,
        verdict: 'approve',
        reviewer: 'bob',
      });
    }
    expect((await finalStatus(engine.client, id)).state).toBe('succeeded');
  });

  it.each([
    ['fail', 'failed', 'REVIEW_TIMED_OUT'],
    ['approve', 'succeeded', null],
    ['reject', 'failed', 'REVIEW_REJECTED'],
  ] as const)('onTimeout %s ends the run %s', async (onTimeout, state, code) => {
    const id = await start({ onTimeout, timeout: '300ms' });
    const status = await finalStatus(engine.client, id);
    expect([status.state, status.error?.code ?? null]).toEqual([state, code]);
    expect(status.gates[0]?.state).toBe('timed-out');
  });

  it('lets a rejection pass where the pipeline says so', async () => {
    const id = await start({ onReject: 'continue' });
    for (const item of await itemsOf(id)) {
      await decide(engine.client, item, { verdict: 'reject', reviewer: 'bob' });
    }
    const status = await finalStatus(engine.client, id);
    expect(status.state).toBe('succeeded');
    expect(status.steps[1]?.outputs).toMatchObject({ verdict: 'rejected', rejected: 2 });
  });

  it.each([
    [['approve', 'approve', 'relabel'], 'approved'],
    [['approve', 'relabel'], 'rejected'],
    [['relabel'], 'rejected'],
    [[], 'approved'],
  ] as const)('of %j is %s as a whole, and goes on', async (verdicts, verdict) => {
    const id = await start({ rows: verdicts.map((_, row) => row) });
    const items = verdicts.length > 0 ? await itemsOf(id) : [];
    for (const [at, one] of verdicts.entries()) {
      const label = one === 'relabel' ? 'dog' : undefined;
      await decide(engine.client, items[at]!, { verdict: one, label, reviewer: 'bob' });
    }
    const status = await finalStatus(engine.client, id);
    expect(status.state).toBe('succeeded');
    expect(status.steps[1]?.outputs).toMatchObject({ verdict, rejected: 0 });
  });

  it('accepts no decision once the run is being cancelled', async () => {
    const id = await start({}, 'echo', [{ id: 'beside', kind: 'lingers' }]);
    const [first] = await itemsOf(id);
    await cancelRun(engine.client, id);
    while ((await runStatus(engine.client, id)).state === 'waiting-for-review') await sleep(20);
    const sent = await decide(engine.client, first!, { verdict: 'approve', reviewer: 'bob' });
    expect(sent).toMatchObject({ answer: { accepted: false, reason: 'closed' } });
    expect((await finalStatus(engine.client, id)).state).toBe('cancelled');
  });

  it('records a message without form and goes on', async () => {
    const id = await start({});
    await itemsOf(id);
    const handle = engine.client.workflow.getHandle(id);
    await handle.signal('review', 'rubbish');
    await handle.signal('review');
    const status = await runStatus(engine.client, id);
    expect(status.strayRefusals.map(({ reason }) => reason)).toEqual(['malformed', 'malformed']);
    for (const item of await itemsOf(id)) {
      await decide(engine.client, item, { verdict: 'approve', reviewer: 'bob' });
    }
    expect((await finalStatus(engine.client, id)).state).toBe('succeeded');
  });
});
