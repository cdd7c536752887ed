/** A run whose history grows long goes on in new executions, and nobody notices. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../src/json.ts';
import { decide, openItems } from '../../src/temporal/reviews.ts';
import {
  cancelRun,
  describeRun,
  finalStatus,
  runStatus,
  startRun,
} from '../../src/temporal/runs.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import type { PlanExtras, TestStep } from '../workflows/plans.ts';
import { planOf } from '../workflows/plans.ts';
import type { Engine } from './harness.ts';
import { startEngine } from './harness.ts';

/** Temporal suggests a new execution from this many events on. */
const LIMIT = 60;

let engine: Engine;
const begun = new Map<string, number>();

beforeAll(async () => {
  engine = await startEngine(
    {
      work: async ({ run, step, with: input }) => {
        const key = `${run.id}/${step}`;
        begun.set(key, (begun.get(key) ?? 0) + 1);
        return input;
      },
      'human-review': async ({ step }) => ({
        items: { uri: 'artifact://sha256/0', sha256: '0', bytes: 0, mediaType: 'x' },
        subjects: [{ id: `${step}-0`, digest: 'digest' }],
        classes: ['cat', 'dog'],
      }),
      hang: (_input, { signal }) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('stop'))),
        ),
    },
    { dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': LIMIT } },
  );
});
afterAll(() => engine.stop());

async function begin(id: string, steps: readonly TestStep[], extras: PlanExtras = {}) {
  const plan = planOf(steps, id, extras);
  await startRun(engine.client, { plan, submittedBy: 'ann', runId: id });
}

/** Lengths of the histories of a run's executions; the list has 0 for one that is open. */
async function executionsOf(id: string): Promise<number[]> {
  const lengths: number[] = [];
  for await (const info of engine.client.workflow.list({ query: `WorkflowId="${id}"` })) {
    lengths.push(info.historyLength);
  }
  return lengths;
}

async function untilListed(id: string, count: number): Promise<number[]> {
  for (;;) {
    const lengths = await executionsOf(id);
    if (lengths.length >= count) return lengths;
    await sleep(100);
  }
}

const chain = (length: number): TestStep[] =>
  Array.from({ length }, (_, index) => ({
    id: `s${index}`,
    kind: 'work',
    needs: index === 0 ? [] : [`s${index - 1}`],
    with:
      index === 0
        ? { literal: { n: 0 } }
        : { map: { n: { expression: `steps.s${index - 1}.outputs.n + 1` } } },
  }));

describe('a long run', () => {
  it('performs every step of a chain once, in histories of bounded length', async () => {
    await begin('chain', chain(100));
    const status = await finalStatus(engine.client, 'chain');
    expect(status.state).toBe('succeeded');
    expect(status.steps.map(({ outputs }) => outputs?.['n'])).toEqual(
      Array.from({ length: 100 }, (_, index) => index),
    );
    expect([...begun].filter(([key]) => key.startsWith('chain/'))).toHaveLength(100);
    expect(Math.max(...begun.values())).toBe(1);
    const lengths = await untilListed('chain', 5);
    expect(Math.max(...lengths)).toBeLessThan(LIMIT + 30);
  });

  it('performs every item of a wide foreach once, and keeps their order', async () => {
    const items = Array.from({ length: 150 }, (_, index) => index);
    const over = { items: { literal: items } };
    await begin('wide', [
      {
        id: 'many',
        kind: 'work',
        foreach: { over, parallel: 5, onItemFailure: 'stop' },
        with: { map: { item: { expression: 'item' } } },
      },
    ]);
    const status = await finalStatus(engine.client, 'wide');
    const outputs = status.steps[0]?.outputs?.['items'] as JsonObject[];
    expect(outputs.map(({ item }) => item)).toEqual(items);
    const counts = [...begun].filter(([key]) => key.startsWith('wide/'));
    expect(counts).toHaveLength(150);
    expect(counts.every(([, count]) => count === 1)).toBe(true);
    const lengths = await untilListed('wide', 5);
    expect(Math.max(...lengths)).toBeLessThan(LIMIT + 60);
  });

  it('takes open reviews, kept decisions, events, waits and iterations along', async () => {
    const busy = chain(60).map((step): TestStep => ({
      ...step,
      needs: step.needs?.length ? step.needs : ['wait'],
    }));
    await begin(
      'mixed',
      [
        {
          id: 'gate',
          kind: 'human-review',
          with: { literal: { timeout: '1h', quorum: 1, onTimeout: 'fail', onReject: 'fail' } },
        },
        { id: 'wait', kind: 'wait-for-event', with: { literal: { event: 'go', timeout: '1h' } } },
        ...busy,
        {
          id: 'poll',
          kind: 'work',
          with: { map: { n: { expression: 'iteration' } } },
          repeat: { until: 'outputs.n == 40', max: 50, delayMs: 0, onMax: 'fail' },
        },
        {
          id: 'later',
          kind: 'human-review',
          needs: ['s59', 'gate'],
          with: { literal: { timeout: '1h', quorum: 1, onTimeout: 'fail', onReject: 'fail' } },
        },
      ],
      {
        finally: [
          {
            id: 'clear',
            kind: 'work',
            with: { map: { n: { expression: 'steps.poll.outputs.n' } } },
          },
        ],
      },
    );
    const handle = engine.client.workflow.getHandle('mixed');
    const early = {
      ...{ decisionId: 'early', gateId: 'later', itemId: 'later-0', subjectDigest: 'digest' },
      ...{ verdict: 'approve' as const, reviewer: 'bob' },
    };
    await handle.signal('review', early);
    await handle.signal('event', { eventId: 'e', event: 'go', payload: null, sentBy: 'ci' });
    const isQuiet = ({ steps }: RunStatus) =>
      ['s59', 'poll'].every((id) => steps.find((step) => step.id === id)?.state === 'succeeded');
    while (!isQuiet(await runStatus(engine.client, 'mixed'))) await sleep(100);
    expect((await runStatus(engine.client, 'mixed')).state).toBe('waiting-for-review');
    expect((await untilListed('mixed', 3)).length).toBeGreaterThanOrEqual(3);
    const [item] = await openItems(engine.client, 'mixed');
    if (!item) throw new Error('no open item');
    await decide(engine.client, item, { verdict: 'approve', reviewer: 'ann' });
    const status = await finalStatus(engine.client, 'mixed');
    expect(status.state).toBe('succeeded');
    expect(status.gates.map(({ gateId, state }) => [gateId, state])).toEqual([
      ['gate', 'complete'],
      ['later', 'complete'],
    ]);
    expect(status.steps.find(({ id }) => id === 'clear')?.outputs).toEqual({ n: 40 });
    expect(begun.get('mixed/poll.r40')).toBe(1);
    // It is listed as the run that it is: with its pipeline, its submitter and its beginning.
    const listed = await describeRun(engine.client, 'mixed');
    expect(listed).toMatchObject({ pipeline: 'mixed', submittedBy: 'ann' });
    expect(Math.abs(listed.startedAtMs - status.startedAtMs)).toBeLessThan(2_000);
  });

  it('can be cancelled in a later execution, and then clears up', async () => {
    const steps = [...chain(60), { id: 'last', kind: 'hang', needs: ['s59'] }];
    const finish: PlanExtras = {
      finally: [{ id: 'clear', kind: 'work', with: { literal: {} } }],
    };
    await begin('cancelled', steps, finish);
    const at = async () =>
      (await runStatus(engine.client, 'cancelled')).steps.find(({ id }) => id === 'last')?.state;
    while ((await at()) !== 'running') await sleep(100);
    expect((await untilListed('cancelled', 2)).length).toBeGreaterThan(1);
    await cancelRun(engine.client, 'cancelled');
    const status = await finalStatus(engine.client, 'cancelled');
    expect(status.state).toBe('cancelled');
    expect(status.steps.at(-1)).toMatchObject({ id: 'clear', state: 'succeeded' });
  });
});
