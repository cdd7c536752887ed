/** Two builds of a worker on one server: open runs stay where they began, new ones go on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { reconcileSchedules } from '../../src/schedule/reconcile-schedules.ts';
import { listBuilds, makeCurrent } from '../../src/temporal/deployments.ts';
import { finalStatus, listRuns, runStatus, startRun } from '../../src/temporal/runs.ts';
import type { PlanExtras, TestStep } from '../workflows/plans.ts';
import { planOf } from '../workflows/plans.ts';
import type { Engine, TestSteps } from './harness.ts';
import { startEngine } from './harness.ts';

const DEPLOYMENT = 'trainers';
/** Temporal suggests a new execution from this many events on. */
const LIMIT = 40;

const versionOf = (buildId: string) => ({ deploymentName: DEPLOYMENT, buildId });
const released = new Set<string>();
/** Steps that say which build performed them, one of them late. */
const stepsOf = (build: string): TestSteps => ({
  answer: async () => ({ build }),
  hold: async ({ run }) => {
    while (!released.has(run.id)) await sleep(20);
    return { build };
  },
});
const answer = (id: string, needs: readonly string[] = []): TestStep => ({
  ...{ id, needs },
  kind: 'answer',
});
const gate = (needs: readonly string[]): TestStep => ({
  ...{ id: 'gate', needs },
  kind: 'wait-for-event',
  with: { literal: { event: 'go' } },
});

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine(stepsOf('one'), {
    version: versionOf('one'),
    dynamicConfig: {
      'limit.historyCount.suggestContinueAsNew': LIMIT,
      // In seconds: how soon the server looks whether a build has open runs.
      'matching.wv.VersionDrainageStatusVisibilityGracePeriod': 1,
      'matching.wv.VersionDrainageStatusRefreshInterval': 1,
    },
  });
  await makeCurrent(engine.client, versionOf('one'));
});
afterAll(() => engine.stop());

const begin = (name: string, steps: readonly TestStep[], extras: PlanExtras = {}) =>
  startRun(engine.client, { plan: planOf(steps, name, extras), submittedBy: 'ann', runId: name });

async function untilAt(run: string, step: string, state: string): Promise<void> {
  for (;;) {
    const { steps } = await runStatus(engine.client, run);
    if (steps.find(({ id }) => id === step)?.state === state) return;
    await sleep(50);
  }
}

const letGo = (run: string) =>
  engine.client.workflow
    .getHandle(run)
    .signal('event', { eventId: '1', event: 'go', payload: null, sentBy: 'ann' });

/** The builds that performed a run's steps, in the order of the plan. */
async function buildsOf(run: string): Promise<unknown[]> {
  const { steps } = await finalStatus(engine.client, run);
  return steps.flatMap(({ outputs }) => outputs?.['build'] ?? []);
}

const stateOf = async (build: string) =>
  (await listBuilds(engine.client, DEPLOYMENT)).find((one) => one.build === build)?.state;

async function untilState(build: string, state: string): Promise<void> {
  while ((await stateOf(build)) !== state) await sleep(200);
}

const CHILD = 'pipelines/child.yaml';
const child = (needs: readonly string[]): TestStep => ({
  ...{ id: 'child', needs },
  kind: 'pipeline',
  with: { literal: { file: CHILD } },
});
const CHILD_TEXT = `name: child
steps: { a: { uses: values, with: { x: 1 } } }
outputs: { x: '\${{ steps.a.outputs.x }}' }
`;

const GROUP: PlanExtras = { concurrency: { group: 'g', limit: 1, whenBusy: 'queue' } };

/** The build on which a workflow's last execution was. */
async function ranOn(workflow: string): Promise<string | undefined> {
  const { raw } = await engine.client.workflow.getHandle(workflow).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

describe('a deployment of two builds', () => {
  it('has no build that is not seen, and no deployment that is not there', async () => {
    await expect(makeCurrent(engine.client, versionOf('none'), 0)).rejects.toMatchObject({
      code: 'NO_WORKER',
      message: expect.stringContaining('none'),
    });
    await expect(listBuilds(engine.client, 'others')).rejects.toMatchObject({ code: 'NO_WORKER' });
  });

  it('ends an open run on the build that it began with, and sends new ones to the new', async () => {
    const pipelines = { [CHILD]: { text: CHILD_TEXT, sha256: '0' } };
    // Long enough that it goes on in new executions after the new build is current.
    const chain = Array.from({ length: 12 }, (_, index) =>
      answer(`s${index}`, [index === 0 ? 'gate' : `s${index - 1}`]),
    );
    const steps = [answer('before'), gate(['before']), ...chain, child(['s11'])];
    await begin('old', steps, { pipelines });
    await begin('holder', [{ id: 'a', kind: 'hold' }], GROUP);
    await untilAt('old', 'gate', 'waiting');
    await untilAt('holder', 'a', 'running');

    await engine.addWorker(stepsOf('two'), versionOf('two'));
    await makeCurrent(engine.client, versionOf('two'));
    expect(await stateOf('one')).toBe('draining');
    expect(await stateOf('two')).toBe('current');

    await begin('new', [answer('a'), child(['a'])], { pipelines });
    expect(await buildsOf('new')).toEqual(['two']);
    expect(await ranOn('new-child')).toBe('two');

    await letGo('old');
    expect(await buildsOf('old')).toEqual(Array.from({ length: 13 }, () => 'one'));
    expect(await ranOn('old-child')).toBe('one');
    let executions = 0;
    for await (const _ of engine.client.workflow.list({ query: 'WorkflowId="old"' })) {
      executions += 1;
    }
    expect(executions).toBeGreaterThan(1);
  });

  it('has one concurrency group, which does not keep the old build', async () => {
    await begin('next', [answer('a')], GROUP);
    while ((await runStatus(engine.client, 'next')).state !== 'queued') await sleep(50);
    while ((await ranOn('modelwright-group-g')) !== 'two') await sleep(50);
    released.add('holder');
    expect(await buildsOf('holder')).toEqual(['one']);
    expect(await buildsOf('next')).toEqual(['two']);
  });

  it('shows when the old build has no more runs', async () => {
    await untilState('one', 'drained');
    expect(await stateOf('two')).toBe('current');
  });

  it("runs a schedule's times on the build that is current then", async () => {
    const schedule = { key: '0', params: {}, every: '1s' };
    const [declared] = await reconcileSchedules(engine.client, [
      {
        name: 'timed',
        file: 'pipelines/timed.yaml',
        triggers: { push: null, schedules: [schedule], data: null, drift: null },
        planFor: () => planOf([answer('a')], 'timed'),
      },
    ]);
    const timed = async () =>
      (await listRuns(engine.client)).find(
        ({ pipeline, status }) => pipeline === 'timed' && status === 'succeeded',
      );
    let run = await timed();
    while (!run) run = (await sleep(100), await timed());
    await engine.client.schedule.getHandle(declared?.scheduleId ?? '').delete();
    expect(await buildsOf(run.id)).toEqual(['two']);
  });

  it('gives new runs to workers without a deployment when asked to', async () => {
    await begin('last', [{ id: 'a', kind: 'hold' }], GROUP);
    await untilAt('last', 'a', 'running');
    await engine.addWorker(stepsOf('none'));
    await makeCurrent(engine.client, versionOf(''));
    await begin('unversioned', [answer('a')], GROUP);
    while ((await runStatus(engine.client, 'unversioned')).state !== 'queued') await sleep(50);
    released.add('last');
    expect(await buildsOf('last')).toEqual(['two']);
    expect(await buildsOf('unversioned')).toEqual(['none']);
  });
});
