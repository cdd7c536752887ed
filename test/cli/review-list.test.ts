/** `review list` where some runs cannot be asked: on a real server, with a worker for the others. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { main } from '../../src/cli/main.ts';
import { openItems } from '../../src/temporal/reviews.ts';
import { runStatus, startRun } from '../../src/temporal/runs.ts';
import type { Engine } from '../temporal/harness.ts';
import { startEngine, temporaryFolder } from '../temporal/harness.ts';
import { planOf } from '../workflows/plans.ts';

const project = temporaryFolder();
let engine: Engine;

const REVIEW = { timeout: '1h', quorum: 1, fourEyes: false, onTimeout: 'fail', onReject: 'fail' };
const reviewed = (pipeline: string) =>
  planOf([{ id: 'gate', kind: 'human-review', with: { literal: REVIEW } }], pipeline);

async function cli(...args: readonly string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const io = { stdin: new PassThrough(), stdout, stderr, env: {}, cwd: project };
  const code = await main(args, io);
  const text = (stream: PassThrough) => String((stream.read() as Buffer | null) ?? '');
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

beforeAll(async () => {
  engine = await startEngine(
    {
      'human-review': async () => ({
        items: { uri: 'artifact://sha256/0', sha256: '0', bytes: 0, mediaType: 'x' },
        subjects: [{ id: 'row-0', digest: 'digest-0' }],
        classes: ['cat', 'dog'],
      }),
    },
    { folder: path.join(project, '.modelwright') },
  );
  const { client } = engine;
  await startRun(client, { plan: reviewed('waits'), submittedBy: 'ann', runId: 'good' });
  while ((await openItems(client, 'good')).length === 0) await sleep(50);
});
afterAll(async () => {
  await engine.stop();
  rmSync(project, { recursive: true, force: true });
});

/** The server says so once a workflow task has failed several times. */
async function untilFailing(id: string): Promise<void> {
  const failing = () =>
    runStatus(engine.client, id).then(
      () => false,
      (error: Error) => error.message.includes('go on'),
    );
  while (!(await failing())) await sleep(200);
}

const goodRow = { run: 'good', pipeline: 'waits', item: 'row-0', subjectDigest: 'digest-0' };

describe('review list', () => {
  it('is whole, and 0, where every run answers', async () => {
    const { code, stdout, stderr } = await cli('review', 'list', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([expect.objectContaining(goodRow)]);
  });

  it('lists the others where runs do not answer, names those with the reason, and is 1', async () => {
    const { client } = engine;
    const plan = reviewed('stuck');
    await startRun(client, { plan, submittedBy: 'ann', runId: 'queued', taskQueue: 'elsewhere' });
    // An input that no code of ours can go on with: its workflow task fails.
    const wrong = { workflowId: 'broken', taskQueue: 'modelwright', args: [null] };
    await client.workflow.start('runPipeline', wrong);
    await untilFailing('broken');
    const list = ['review', 'list'];
    const [listed, json] = await Promise.all([cli(...list), cli(...list, '--json')]);
    for (const { code, stderr } of [listed, json]) {
      expect(code).toBe(1);
      expect(stderr.split('\n').filter(Boolean)).toHaveLength(2);
      expect(stderr).toMatch(/queued: no worker polls the task queue "elsewhere".*\[NO_WORKER\]/);
      expect(stderr).toMatch(/broken: no worker can go on with run broken.*\[NO_WORKER\]/);
    }
    expect(listed.stdout).toContain('row-0');
    const rows = JSON.parse(json.stdout) as { run: string }[];
    expect(rows[0]).toMatchObject(goodRow);
    expect(rows.slice(1).sort((a, b) => (a.run < b.run ? -1 : 1))).toEqual([
      {
        run: 'broken',
        pipeline: '',
        error: { code: 'NO_WORKER', message: 'no worker can go on with run broken' },
      },
      {
        run: 'queued',
        pipeline: 'stuck',
        error: { code: 'NO_WORKER', message: 'no worker polls the task queue "elsewhere"' },
      },
    ]);
  }, 60_000);

  it('of one run asks that one alone', async () => {
    expect((await cli('review', 'list', '--run', 'good')).code).toBe(0);
    expect(await cli('review', 'list', '--run', 'broken')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('NO_WORKER'),
    });
  });

  it('lets nobody decide an item that a silent run may have too, unless the run is named', async () => {
    const decide = ['review', 'decide', 'row-0', '--verdict', 'approve', '--reviewer', 'bob'];
    const [unsure, unknown] = await Promise.all([cli(...decide), cli('review', 'show', 'row-9')]);
    expect(unsure.code).toBe(2);
    expect(unsure.stderr).toMatch(/good has an item "row-0".*(queued|broken).*--run.*\[USAGE\]/);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(
      /no open item "row-9".*these did not: (queued, broken|broken, queued);.*\[NO_WORKER\]/,
    );
    expect((await cli(...decide, '--run', 'good')).code).toBe(0);
  }, 60_000);
});
