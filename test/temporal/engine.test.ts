import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '../../src/errors.ts';
import type { Json } from '../../src/json.ts';
import { cancelRun, finalStatus, runStatus, startRun } from '../../src/temporal/runs.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import type { TestStep } from '../workflows/plans.ts';
import { planOf } from '../workflows/plans.ts';
import type { Engine } from './harness.ts';
import { startEngine } from './harness.ts';

let engine: Engine;
const attemptsOf = new Map<string, number>();
const aborted: string[] = [];

function count(key: string): number {
  const attempts = (attemptsOf.get(key) ?? 0) + 1;
  attemptsOf.set(key, attempts);
  return attempts;
}

beforeAll(async () => {
  engine = await startEngine({
    echo: async ({ with: input }) => input,
    refuse: async ({ run, step }) => {
      count(`${run.id}/${step}`);
      throw new PipelineError('DATA_INVALID', 'row 3 is empty', { remedy: 'fill it' });
    },
    flaky: async ({ run, step, with: input }) => {
      const attempt = count(`${run.id}/${step}`);
      if (attempt < Number(input['succeedsAt'])) {
        throw new PipelineError('COMPUTE_CRASHED', `attempt ${attempt} crashed`);
      }
      return { attempt };
    },
    orphan: async ({ run, step, with: input, attemptsBefore = 0 }, { attempt }) => {
      if (count(`${run.id}/${step}`) < Number(input['succeedsAt'])) {
        throw new PipelineError('NO_WORKER', 'the worker stopped');
      }
      return { attempt: attemptsBefore + attempt };
    },
    hang: (input, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(input.run.id);
          reject(new PipelineError('CANCELLED', 'stopped'));
        });
      }),
    surprise: async () => {
      throw new TypeError('x is not a function');
    },
  });
});
afterAll(() => engine.stop());

async function run(steps: readonly TestStep[]): Promise<RunStatus> {
  const { id } = await startRun(engine.client, { plan: planOf(steps), submittedBy: 'ann' });
  return finalStatus(engine.client, id);
}

const states = (status: RunStatus) =>
  Object.fromEntries(status.steps.map(({ id, state }) => [id, state]));
const literal = (value: Json) => ({ literal: value });

describe('a run', () => {
  it('hands outputs on by reference and gives back the final status', async () => {
    const status = await run([
      { id: 'a', kind: 'echo', with: literal({ x: { y: 4 } }) },
      {
        id: 'b',
        kind: 'echo',
        needs: ['a'],
        with: {
          map: {
            z: { ref: { step: 'a', path: ['x', 'y'] } },
            text: { concat: [{ literal: 'y=' }, { ref: { step: 'a', path: ['x', 'y'] } }] },
          },
        },
      },
    ]);
    expect(status.state).toBe('succeeded');
    expect(status.steps[1]?.outputs).toEqual({ z: 4, text: 'y=4' });
    expect(status.run).toMatchObject({ pipeline: 'test', submittedBy: 'ann' });
    expect(status.manifest).not.toBeNull();
  });

  it('runs independent steps at the same time', async () => {
    const { id } = await startRun(engine.client, {
      plan: planOf([
        { id: 'a', kind: 'hang' },
        { id: 'b', kind: 'hang' },
      ]),
      submittedBy: 'ann',
    });
    await sleep(300);
    expect(states(await runStatus(engine.client, id))).toEqual({ a: 'running', b: 'running' });
    await cancelRun(engine.client, id);
    const status = await finalStatus(engine.client, id);
    expect(status.state).toBe('cancelled');
    expect(states(status)).toEqual({ a: 'cancelled', b: 'cancelled' });
    expect(aborted.filter((run) => run === id)).toHaveLength(2);
    expect(status.manifest).not.toBeNull();
  });

  it('ends what stands on a failed step, lets other branches finish, and says why', async () => {
    const status = await run([
      { id: 'bad', kind: 'refuse', attempts: 5 },
      { id: 'after', kind: 'echo', needs: ['bad'] },
      { id: 'other', kind: 'echo' },
    ]);
    expect(status.state).toBe('failed');
    expect(states(status)).toEqual({ bad: 'failed', after: 'skipped', other: 'succeeded' });
    expect(status.error).toEqual({
      code: 'DATA_INVALID',
      message: 'step "bad": row 3 is empty; fill it',
    });
    // The same input fails the same way: one attempt, although five were allowed.
    expect(attemptsOf.get(`${status.run.id}/bad`)).toBe(1);
    expect(engine.records.get(status.run.id)?.status.state).toBe('failed');
  });

  it('tries again what may pass, as often as the policy says', async () => {
    const status = await run([
      { id: 'third', kind: 'flaky', with: literal({ succeedsAt: 3 }), attempts: 3 },
      { id: 'never', kind: 'flaky', with: literal({ succeedsAt: 99 }), attempts: 2 },
    ]);
    expect(states(status)).toEqual({ third: 'succeeded', never: 'failed' });
    expect(status.steps[0]?.outputs).toEqual({ attempt: 3 });
    expect(attemptsOf.get(`${status.run.id}/never`)).toBe(2);
    expect(status.error?.code).toBe('COMPUTE_CRASHED');
  });

  it('takes no attempt from a step whose worker was stopped', async () => {
    const status = await run([
      { id: 'fifth', kind: 'orphan', with: literal({ succeedsAt: 5 }), attempts: 2 },
      { id: 'always', kind: 'orphan', with: literal({ succeedsAt: 99 }), attempts: 1 },
    ]);
    expect(states(status)).toEqual({ fifth: 'succeeded', always: 'failed' });
    // Counted on, so that each attempt supersedes all before it.
    expect(status.steps[0]?.outputs).toEqual({ attempt: 5 });
    expect(status.error?.code).toBe('NO_WORKER');
    expect(attemptsOf.get(`${status.run.id}/always`)).toBe(20);
  });

  it('reports an unforeseen error as INTERNAL and does not repeat it', async () => {
    const status = await run([{ id: 'odd', kind: 'surprise', attempts: 4 }]);
    expect(status.error).toEqual({
      code: 'INTERNAL',
      message: 'step "odd": x is not a function',
    });
  });

  it('fails a step whose reference turns out to be missing', async () => {
    const status = await run([
      { id: 'a', kind: 'echo', with: literal({}) },
      {
        id: 'b',
        kind: 'echo',
        needs: ['a'],
        with: { map: { x: { ref: { step: 'a', path: ['no'] } } } },
      },
    ]);
    expect(status.error?.code).toBe('OUTPUT_UNKNOWN');
  });

  it('fails, and keeps its status, where its report cannot be written', async () => {
    const plan = planOf([{ id: 'a', kind: 'echo', with: literal({ x: 1 }) }], 'unreportable');
    const { id } = await startRun(engine.client, { plan, submittedBy: 'ann' });
    const status = await finalStatus(engine.client, id);
    expect(status).toMatchObject({
      state: 'failed',
      report: null,
      error: { code: 'INTERNAL', message: 'the report was not written: no ink' },
    });
    expect(status.steps[0]?.outputs).toEqual({ x: 1 });
  });

  it('joins the open run when started again with its id', async () => {
    const plan = planOf([{ id: 'a', kind: 'hang' }]);
    const first = await startRun(engine.client, { plan, submittedBy: 'ann', runId: 'same' });
    const second = await startRun(engine.client, { plan, submittedBy: 'bob', runId: 'same' });
    expect([first.fresh, second.fresh]).toEqual([true, false]);
    await cancelRun(engine.client, 'same');
    expect((await finalStatus(engine.client, 'same')).run.submittedBy).toBe('ann');
  });

  it('is a coded error where there is no such run', async () => {
    await expect(runStatus(engine.client, 'nobody')).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
  });
});
