/** What the pipeline language makes a run do, on a real server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '../../src/errors.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import type { Template } from '../../src/plan/plan.ts';
import { cancelRun, finalStatus, runStatus, startRun } from '../../src/temporal/runs.ts';
import type { EventAnswer, RunStatus } from '../../src/workflows/run-state.ts';
import type { PlanExtras, TestStep } from '../workflows/plans.ts';
import { planOf } from '../workflows/plans.ts';
import type { Engine } from './harness.ts';
import { startEngine } from './harness.ts';

let engine: Engine;
/** Instances in the order in which they began. */
const begun: string[] = [];
let atWork = 0;
let mostAtWork = 0;

beforeAll(async () => {
  engine = await startEngine({
    echo: async ({ run, step, with: input }) => {
      begun.push(`${run.pipeline}/${step}`);
      return input;
    },
    work: async ({ run, step, with: input }) => {
      begun.push(`${run.pipeline}/${step}`);
      atWork += 1;
      mostAtWork = Math.max(mostAtWork, atWork);
      await sleep(50);
      atWork -= 1;
      if (input['item'] === 'bad') throw new PipelineError('DATA_INVALID', 'a bad item');
      return { double: Number(input['item']) * 2 };
    },
    refuse: async () => {
      throw new PipelineError('DATA_INVALID', 'row 3 is empty');
    },
    hang: (_input, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stop')))),
  });
});
afterAll(() => engine.stop());

let count = 0;
async function begin(steps: readonly TestStep[], extras: PlanExtras = {}) {
  count += 1;
  const plan = planOf(steps, `language${count}`, extras);
  return startRun(engine.client, { plan, submittedBy: 'ann', runId: plan.pipeline });
}

async function run(steps: readonly TestStep[], extras: PlanExtras = {}): Promise<RunStatus> {
  const { id } = await begin(steps, extras);
  return finalStatus(engine.client, id);
}

async function until<T>(look: () => Promise<T | null | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    await sleep(50);
  }
}

const states = (status: RunStatus) =>
  Object.fromEntries(status.steps.map(({ id, state }) => [id, state]));
const outputsOf = (status: RunStatus, id: string) =>
  status.steps.find((step) => step.id === id)?.outputs;
const literal = (value: Json): Template => ({ literal: value });
const map = (entries: Record<string, string>): Template => ({
  map: Object.fromEntries(
    Object.entries(entries).map(([key, expression]) => [key, { expression }]),
  ),
});
const beganIn = (status: RunStatus) =>
  begun.flatMap((entry) => {
    const [pipeline, step] = entry.split('/');
    return pipeline === status.run.pipeline ? [step] : [];
  });

describe('expressions', () => {
  it('compute over parameters, outputs and the run', async () => {
    const status = await run(
      [
        { id: 'a', kind: 'values', with: map({ n: 'params.n + 1', who: 'run.submittedBy' }) },
        {
          id: 'b',
          kind: 'echo',
          needs: ['a'],
          with: map({ big: 'steps.a.outputs.n > 3', list: '[1, 2].map(x, x * steps.a.outputs.n)' }),
        },
      ],
      { params: { n: 4 } },
    );
    expect(outputsOf(status, 'a')).toEqual({ n: 5, who: 'ann' });
    expect(outputsOf(status, 'b')).toEqual({ big: true, list: [5, 10] });
    // `values` is no activity.
    expect(beganIn(status)).toEqual(['b']);
  });

  it('fail their step with a code where they have no value', async () => {
    const status = await run([{ id: 'a', kind: 'values', with: map({ x: '[1][5]' }) }]);
    expect(status.error?.code).toBe('EXPRESSION_FAILED');
  });
});

describe('when', () => {
  it('skips a step and what needs it; the run succeeds', async () => {
    const status = await run([
      { id: 'no', kind: 'echo', when: '1 > 2' },
      { id: 'behind', kind: 'echo', needs: ['no'] },
      { id: 'yes', kind: 'echo', when: '2 > 1' },
    ]);
    expect(states(status)).toEqual({ no: 'skipped', behind: 'skipped', yes: 'succeeded' });
    expect(status.state).toBe('succeeded');
  });

  it('joins branches by `after`, whichever ran', async () => {
    const status = await run([
      { id: 'a', kind: 'echo', when: 'false', with: literal({ x: 1 }) },
      { id: 'b', kind: 'echo', when: 'true', with: literal({ x: 2 }) },
      {
        id: 'join',
        kind: 'values',
        after: ['a', 'b'],
        with: map({
          x: 'has(steps.a.outputs.x) ? steps.a.outputs.x : steps.b.outputs.x',
          how: 'steps.a.state',
        }),
      },
    ]);
    expect(outputsOf(status, 'join')).toEqual({ x: 2, how: 'skipped' });
  });

  it('sees how a step failed, whose failure the run tolerates', async () => {
    const status = await run([
      { id: 'bad', kind: 'refuse', onFailure: 'continue' },
      {
        id: 'then',
        kind: 'values',
        after: ['bad'],
        when: "steps.bad.state == 'failed'",
        with: map({ code: 'steps.bad.error.code' }),
      },
    ]);
    expect(status.state).toBe('succeeded');
    expect(outputsOf(status, 'then')).toEqual({ code: 'DATA_INVALID' });
  });
});

describe('foreach', () => {
  it('runs items side by side within its bound, and keeps their order', async () => {
    mostAtWork = 0;
    const status = await run([
      {
        id: 'many',
        kind: 'work',
        foreach: {
          over: { items: literal([5, 4, 3, 2, 1, 0]) },
          parallel: 2,
          onItemFailure: 'stop',
        },
        with: map({ item: 'item', index: 'index' }),
      },
      {
        id: 'sum',
        kind: 'values',
        needs: ['many'],
        with: map({ doubles: 'steps.many.outputs.items.map(o, o.double)' }),
      },
    ]);
    expect(outputsOf(status, 'sum')).toEqual({ doubles: [10, 8, 6, 4, 2, 0] });
    expect(outputsOf(status, 'many')).toMatchObject({ succeeded: 6, failed: 0 });
    expect(mostAtWork).toBe(2);
    expect(beganIn(status).sort()).toEqual([0, 1, 2, 3, 4, 5].map((index) => `many.${index}`));
  });

  it('runs the product of a matrix, the last name changing fastest', async () => {
    const status = await run([
      {
        id: 'grid',
        kind: 'values',
        foreach: {
          over: { matrix: { a: literal([1, 2]), b: literal(['x', 'y']) } },
          parallel: 10,
          onItemFailure: 'stop',
        },
        with: map({ cell: 'item.b + string(item.a)' }),
      },
    ]);
    const items = outputsOf(status, 'grid')?.['items'] as JsonObject[];
    expect(items.map(({ cell }) => cell)).toEqual(['x1', 'y1', 'x2', 'y2']);
  });

  it('stops at a failed item, and says which', async () => {
    const status = await run([
      {
        id: 'many',
        kind: 'work',
        foreach: {
          over: { items: literal([1, 'bad', 3, 4, 5]) },
          parallel: 1,
          onItemFailure: 'stop',
        },
        with: map({ item: 'item' }),
      },
    ]);
    expect(status.error).toEqual({
      code: 'DATA_INVALID',
      message: 'step "many": item 1: a bad item',
    });
    expect(beganIn(status)).toEqual(['many.0', 'many.1']);
  });

  it('goes on past failed items where it is told to', async () => {
    const status = await run([
      {
        id: 'many',
        kind: 'work',
        foreach: {
          over: { items: literal([1, 'bad', 3]) },
          parallel: 3,
          onItemFailure: 'continue',
        },
        with: map({ item: 'item' }),
      },
    ]);
    expect(outputsOf(status, 'many')).toEqual({
      items: [{ double: 2 }, null, { double: 6 }],
      succeeded: 2,
      failed: 1,
    });
  });

  it('over nothing gives nothing', async () => {
    const over = { items: literal([]) };
    const foreach = { over, parallel: 1, onItemFailure: 'stop' } as const;
    const status = await run([{ id: 'none', kind: 'work', foreach }]);
    expect(outputsOf(status, 'none')).toEqual({ items: [], succeeded: 0, failed: 0 });
  });
});

describe('repeat', () => {
  const repeat = { until: 'outputs.n >= 3', max: 5, delayMs: 20, onMax: 'fail' } as const;
  const counting = map({ n: 'iteration', before: 'has(previous.n) ? previous.n : 0' });

  it('runs until something holds', async () => {
    const status = await run([{ id: 'poll', kind: 'echo', repeat, with: counting }]);
    expect(outputsOf(status, 'poll')).toEqual({ n: 3, before: 2 });
    expect(beganIn(status)).toEqual(['poll', 'poll.r2', 'poll.r3']);
  });

  it('fails where it never does, or goes on where it is told to', async () => {
    const status = await run([
      { id: 'never', kind: 'echo', repeat: { ...repeat, max: 2 }, with: counting },
      {
        id: 'enough',
        kind: 'echo',
        repeat: { ...repeat, max: 2, onMax: 'continue' },
        with: counting,
      },
    ]);
    expect(states(status)).toEqual({ never: 'failed', enough: 'succeeded' });
    expect(status.error?.code).toBe('REPEAT_EXHAUSTED');
  });
});

describe('the end of a run', () => {
  const undo = (id: string): TestStep => ({ id: `${id}.compensate`, kind: 'echo' });

  it('undoes what succeeded in reverse order, tells of the failure and clears up', async () => {
    const status = await run(
      [
        { id: 'a', kind: 'echo', compensate: undo('a') },
        { id: 'b', kind: 'echo', needs: ['a'], compensate: undo('b') },
        { id: 'c', kind: 'refuse', needs: ['b'], compensate: undo('c') },
        { id: 'd', kind: 'echo', needs: ['c'] },
      ],
      {
        onFailure: [{ id: 'tell', kind: 'echo', with: map({ what: 'failure' }) }],
        finally: [
          { id: 'clear', kind: 'echo', with: map({ d: 'steps.d.state' }) },
          { id: 'needless', kind: 'echo', needs: ['d'] },
        ],
      },
    );
    expect(beganIn(status)).toEqual(['a', 'b', 'b.compensate', 'a.compensate', 'tell', 'clear']);
    expect(outputsOf(status, 'tell')).toEqual({
      what: { step: 'c', code: 'DATA_INVALID', message: 'row 3 is empty' },
    });
    expect(outputsOf(status, 'clear')).toEqual({ d: 'skipped' });
    expect(states(status)).toMatchObject({ needless: 'skipped', 'a.compensate': 'succeeded' });
    expect(status.error).toEqual({
      code: 'DATA_INVALID',
      message: 'step "c": row 3 is empty',
    });
  });

  it('only clears up after a success', async () => {
    const status = await run([{ id: 'a', kind: 'echo', compensate: undo('a') }], {
      onFailure: [{ id: 'tell', kind: 'echo' }],
      finally: [{ id: 'clear', kind: 'echo' }],
    });
    expect(beganIn(status)).toEqual(['a', 'clear']);
    expect(status.state).toBe('succeeded');
  });

  it('undoes and clears up after a cancellation', async () => {
    const { id } = await begin(
      [
        { id: 'a', kind: 'echo', compensate: undo('a') },
        { id: 'b', kind: 'hang', needs: ['a'] },
      ],
      { onFailure: [{ id: 'tell', kind: 'echo' }], finally: [{ id: 'clear', kind: 'echo' }] },
    );
    await until(async () => states(await runStatus(engine.client, id))['b'] === 'running');
    await cancelRun(engine.client, id);
    const status = await finalStatus(engine.client, id);
    expect(status.state).toBe('cancelled');
    expect(beganIn(status)).toEqual(['a', 'a.compensate', 'clear']);
  });

  it('fails where only clearing up failed', async () => {
    const status = await run([{ id: 'a', kind: 'echo' }], {
      finally: [{ id: 'clear', kind: 'refuse' }],
    });
    expect(status.error?.message).toBe('step "clear": row 3 is empty');
    expect(status.state).toBe('failed');
  });
});

describe('a run of a pipeline that runs another', () => {
  const child = (seed: string) => `
name: child
params: { n: { type: integer, minimum: 0 } }
steps:
  double: { uses: values, with: { n: '\${{ params.n * ${seed} }}' } }
outputs: { n: '\${{ steps.double.outputs.n }}' }
`;
  const pipelines = { 'pipelines/child.yaml': { text: child('2') } };
  const call = (n: string): TestStep => ({
    id: 'sub',
    kind: 'pipeline',
    with: {
      map: {
        file: { literal: 'pipelines/child.yaml' },
        params: { map: { n: { expression: n } } },
      },
    },
  });

  it('has its outputs, and shows in its priority and its origin whose it is', async () => {
    const status = await run([call('21')], { pipelines, priority: 2, fairness: 'team-a' });
    expect(outputsOf(status, 'sub')).toEqual({ n: 42 });
    const sub = await runStatus(engine.client, `${status.run.id}-sub`);
    expect(sub.run.origin).toEqual({ type: 'pipeline', run: status.run.id, step: 'sub' });
    const priorityOf = async (id: string) =>
      (await engine.client.workflow.getHandle(id).describe()).priority;
    expect(await priorityOf(status.run.id)).toMatchObject({
      priorityKey: 2,
      fairnessKey: 'team-a',
    });
    // The pipeline that it runs says nothing of its own.
    expect(await priorityOf(sub.run.id)).toMatchObject({ priorityKey: 2 });
  });

  it('runs one for each item', async () => {
    const over = { items: literal([1, 2, 3]) };
    const status = await run(
      [{ ...call('item'), foreach: { over, parallel: 2, onItemFailure: 'stop' } }],
      { pipelines },
    );
    expect(outputsOf(status, 'sub')?.['items']).toEqual([{ n: 2 }, { n: 4 }, { n: 6 }]);
  });

  it('fails with the fault of the parameter that it gave', async () => {
    const status = await run([call('-1')], { pipelines });
    expect(status.error).toMatchObject({ code: 'PARAM_INVALID' });
    expect(status.error?.message).toContain('must be >= 0');
  });

  it.each(['queue', 'cancel-older', 'skip'] as const)(
    'shares its turn in a group with it, also where it says %s',
    async (whenBusy) => {
      const group = { group: `family-${whenBusy}`, limit: 1, whenBusy };
      const grandchild = `
name: grandchild
concurrency: { group: family-${whenBusy}, whenBusy: ${whenBusy} }
steps: { value: { uses: values, with: { n: 7 } } }
outputs: { n: '\${{ steps.value.outputs.n }}' }
`;
      const between = `
name: between
steps: { sub: { uses: pipeline, with: { file: pipelines/grandchild.yaml } } }
outputs: { n: '\${{ steps.sub.outputs.n }}' }
`;
      const status = await run(
        [
          {
            id: 'sub',
            kind: 'pipeline',
            with: { literal: { file: 'pipelines/between.yaml' } },
          },
        ],
        {
          concurrency: group,
          pipelines: {
            'pipelines/between.yaml': { text: between },
            'pipelines/grandchild.yaml': { text: grandchild },
          },
        },
      );
      expect(outputsOf(status, 'sub')).toEqual({ n: 7 });
    },
  );

  it('cancels it with itself', async () => {
    const waits = `
name: waits
steps: { wait: { uses: wait-for-event, with: { event: never } } }
`;
    const { id } = await begin(
      [
        {
          id: 'sub',
          kind: 'pipeline',
          with: { literal: { file: 'pipelines/child.yaml' } },
        },
      ],
      { pipelines: { 'pipelines/child.yaml': { text: waits } } },
    );
    await until(async () => {
      try {
        return (await runStatus(engine.client, `${id}-sub`)).steps[0]?.state === 'waiting';
      } catch {
        return false;
      }
    });
    await cancelRun(engine.client, id);
    expect((await finalStatus(engine.client, id)).state).toBe('cancelled');
    expect((await finalStatus(engine.client, `${id}-sub`)).state).toBe('cancelled');
  });
});

describe('waiting', () => {
  it('for a time', async () => {
    const startedAt = Date.now();
    const status = await run([{ id: 'nap', kind: 'delay', with: literal({ for: '1s' }) }]);
    expect(status.state).toBe('succeeded');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_000);
  });

  const schema = { type: 'object', required: ['ok'], properties: { ok: { type: 'boolean' } } };
  const wait: TestStep = {
    id: 'wait',
    kind: 'wait-for-event',
    with: literal({ event: 'deployed', schema, timeout: '1m' }),
  };
  const event = (eventId: string, payload: Json) => ({
    eventId,
    event: 'deployed',
    payload,
    sentBy: 'ci',
  });

  it('for an event, which must be as the step says', async () => {
    const { id } = await begin([wait]);
    await until(async () => states(await runStatus(engine.client, id))['wait'] === 'waiting');
    const handle = engine.client.workflow.getHandle(id);
    const send = (message: unknown) =>
      handle.executeUpdate<EventAnswer, [unknown]>('submitEvent', { args: [message] });
    expect(await send(event('1', { ok: 'yes' }))).toMatchObject({
      accepted: false,
      reason: 'schema',
    });
    expect(await send({ event: 'deployed' })).toMatchObject({ reason: 'malformed' });
    expect(await send(event('2', { ok: true }))).toEqual({ accepted: true, duplicate: false });
    const status = await finalStatus(engine.client, id);
    expect(outputsOf(status, 'wait')).toMatchObject({
      received: true,
      payload: { ok: true },
      sentBy: 'ci',
    });
    expect(status.refusedEvents?.map(({ reason }) => reason)).toEqual(['schema', 'malformed']);
  });

  it('takes an event that came before its step, once', async () => {
    const { id } = await begin([
      { id: 'nap', kind: 'delay', with: literal({ for: '1s' }) },
      {
        ...wait,
        needs: ['nap'],
      },
    ]);
    const handle = engine.client.workflow.getHandle(id);
    await handle.signal('event', event('1', { ok: false }));
    await handle.signal('event', event('1', { ok: true }));
    const status = await finalStatus(engine.client, id);
    expect(outputsOf(status, 'wait')).toMatchObject({ payload: { ok: false } });
  });

  it('no longer than the step says', async () => {
    const impatient = (onTimeout: string) =>
      literal({ event: 'deployed', timeout: '300ms', onTimeout });
    const status = await run([
      { ...wait, id: 'fails', with: impatient('fail') },
      { ...wait, id: 'goesOn', with: impatient('continue') },
    ]);
    expect(status.error).toMatchObject({ code: 'TIMEOUT' });
    expect(outputsOf(status, 'goesOn')).toMatchObject({ received: false, payload: null });
  });
});

describe('a concurrency group', () => {
  const group = (whenBusy: 'queue' | 'cancel-older' | 'skip', name: string): PlanExtras => ({
    concurrency: { group: name, limit: 1, whenBusy },
  });
  const isAt = (id: string, state: string) =>
    until(async () => (await runStatus(engine.client, id)).state === state);

  it('runs one after the other, in the order of coming', async () => {
    const first = await begin([{ id: 'a', kind: 'hang' }], group('queue', 'queued'));
    await isAt(first.id, 'running');
    await until(async () => states(await runStatus(engine.client, first.id))['a'] === 'running');
    const second = await begin([{ id: 'b', kind: 'echo' }], group('queue', 'queued'));
    await isAt(second.id, 'queued');
    const third = await begin([{ id: 'c', kind: 'echo' }], group('queue', 'queued'));
    await isAt(third.id, 'queued');
    await cancelRun(engine.client, first.id);
    const ended = await Promise.all(
      [second, third].map(({ id }) => finalStatus(engine.client, id)),
    );
    expect(ended.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    const [b, c] = ended.map(({ steps }) => steps[0]?.startedAtMs ?? 0);
    expect(b).toBeLessThanOrEqual(c ?? 0);
  });

  it('cancels the older run where a pipeline says so', async () => {
    const first = await begin([{ id: 'a', kind: 'hang' }], group('cancel-older', 'newest'));
    await until(async () => states(await runStatus(engine.client, first.id))['a'] === 'running');
    const second = await run([{ id: 'b', kind: 'echo' }], group('cancel-older', 'newest'));
    expect(second.state).toBe('succeeded');
    expect((await finalStatus(engine.client, first.id)).state).toBe('cancelled');
  });

  it('skips a run while another is at work, and clears nothing up that never began', async () => {
    const first = await begin([{ id: 'a', kind: 'hang' }], group('skip', 'skipped'));
    await until(async () => states(await runStatus(engine.client, first.id))['a'] === 'running');
    const second = await run([{ id: 'b', kind: 'echo' }], {
      ...group('skip', 'skipped'),
      finally: [{ id: 'clear', kind: 'echo' }],
    });
    expect(second).toMatchObject({
      state: 'cancelled',
      error: { code: 'CONCURRENCY_SKIPPED' },
    });
    expect(beganIn(second)).toEqual([]);
    await cancelRun(engine.client, first.id);
  });

  it('notices a run that was terminated', async () => {
    const first = await begin([{ id: 'a', kind: 'hang' }], group('queue', 'dead'));
    await until(async () => states(await runStatus(engine.client, first.id))['a'] === 'running');
    const second = await begin([{ id: 'b', kind: 'echo' }], group('queue', 'dead'));
    await isAt(second.id, 'queued');
    await engine.client.workflow.getHandle(first.id).terminate('for the test');
    expect((await finalStatus(engine.client, second.id)).state).toBe('succeeded');
  }, 60_000);
});
