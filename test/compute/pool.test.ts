import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { ComputePool, type ComputePoolOptions } from '../../src/compute/pool.ts';
import type { LogEntry } from '../../src/compute/protocol.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import { ROOT, transpile } from './transpile.ts';

const ENTRY = path.join(ROOT, 'test/compute/child-entry.mjs');
const SOURCES = ['child', 'protocol', 'throttle', 'watch-parent'].map(
  (name) => `src/compute/${name}.ts`,
);

let source: string;
let pool: ComputePool;
beforeAll(async () => {
  source = await mkdtemp(path.join(tmpdir(), 'modelwright-compute-'));
  await transpile(
    [...SOURCES, 'src/compute/pool.ts', 'src/compute/compute-child.ts', 'src/errors.ts'],
    source,
  );
});
afterAll(() => rm(source, { recursive: true, force: true }));
afterEach(() => pool.close());

function open(options: Partial<ComputePoolOptions> = {}): ComputePool {
  pool = new ComputePool({ entry: ENTRY, concurrency: 2, env: { SOURCE: source }, ...options });
  return pool;
}

interface Watch {
  readonly signal?: AbortSignal;
  readonly heartbeats?: Json[];
  readonly logs?: LogEntry[];
  readonly onLog?: (entry: LogEntry) => void;
}

function run(payload: JsonObject, watch: Watch = {}): Promise<Json> {
  return pool.run(
    { name: payload['do'] as string, payload },
    {
      signal: watch.signal ?? new AbortController().signal,
      onHeartbeat: (details) => watch.heartbeats?.push(details),
      onLog: (entry) => {
        watch.logs?.push(entry);
        watch.onLog?.(entry);
      },
    },
  );
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(holds: () => boolean | Promise<boolean>, ms = 8000): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) {
    if (await holds()) return true;
  }
  return false;
}

/** A zombie still has its id, but runs no more. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
}

it('gives back what the job returns, and uses the same child for the next job', async () => {
  open();
  expect(await run({ do: 'echo', value: { a: [1, 'x', null] } })).toEqual({ a: [1, 'x', null] });
  const first = await run({ do: 'pid' });
  expect(await run({ do: 'pid' })).toBe(first);
  expect(first).not.toBe(process.pid);
  expect(pool.pids).toEqual([first]);
});

it('runs no more jobs at once than it may', async () => {
  open({ concurrency: 2 });
  const startedAt = performance.now();
  await Promise.all([1, 2, 3, 4].map(() => run({ do: 'sleep', ms: 300 })));
  expect(performance.now() - startedAt).toBeGreaterThan(590);
  expect(pool.pids).toHaveLength(2);
});

it('carries a PipelineError across with everything it says', async () => {
  open();
  await expect(run({ do: 'fail' })).rejects.toMatchObject({
    name: 'PipelineError',
    code: 'DATA_INVALID',
    message: 'column "age" is empty',
    remedy: 'fill it',
    details: { column: 'age' },
    location: { file: 'a.yaml', line: 3, column: 5 },
  });
  await expect(run({ do: 'throwPlain' })).rejects.toMatchObject({
    code: 'INTERNAL',
    message: 'RangeError: Array buffer allocation failed',
  });
  expect(await run({ do: 'echo', value: 1 })).toBe(1);
});

it('fails the job of a killed child alone, with the signal and its last words', async () => {
  open();
  const beside = run({ do: 'sleep', ms: 400 });
  await expect(run({ do: 'die', signal: 'SIGKILL' })).rejects.toMatchObject({
    code: 'COMPUTE_CRASHED',
    message: expect.stringMatching(/die ended \(SIGKILL\)[^]*last words/),
  });
  expect(await beside).toBe('slept');
  expect(await run({ do: 'echo', value: 'next' })).toBe('next');
});

it('says the exit code of a child that exits', async () => {
  open();
  await expect(run({ do: 'exit', code: 7 })).rejects.toMatchObject({
    code: 'COMPUTE_CRASHED',
    message: expect.stringContaining('code 7'),
  });
});

it('says why a child cannot start', async () => {
  open({ entry: path.join(source, 'absent.mjs') });
  await expect(run({ do: 'pid' })).rejects.toMatchObject({
    code: 'COMPUTE_CRASHED',
    message: expect.stringContaining('absent.mjs'),
  });
});

it('lets a cancelled job save its checkpoint, and uses its child no more', async () => {
  open();
  const before = await run({ do: 'pid' });
  const abort = new AbortController();
  const heartbeats: Json[] = [];
  const watch = { signal: abort.signal, heartbeats, onLog: () => abort.abort() };
  await expect(run({ do: 'checkpointed' }, watch)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(heartbeats).toEqual([{ checkpoint: 'saved' }]);
  expect(await run({ do: 'pid' })).not.toBe(before);
});

it.each(['SIGINT', 'SIGTERM'] as const)('leaves %s to the worker', async (signal) => {
  open();
  const pid = Number(await run({ do: 'pid' }));
  const slept = run({ do: 'sleep', ms: 300 });
  await sleep(100);
  process.kill(pid, signal);
  expect(await slept).toBe('slept');
});

it('kills a job that does not stop within the grace', async () => {
  open({ cancelGraceMs: 200 });
  const abort = new AbortController();
  let begun = 0;
  const onLog = () => {
    begun = performance.now();
    abort.abort();
  };
  await expect(run({ do: 'deaf' }, { signal: abort.signal, onLog })).rejects.toMatchObject({
    code: 'CANCELLED',
    message: expect.stringContaining('200 ms'),
  });
  const tookMs = performance.now() - begun;
  expect(tookMs).toBeGreaterThan(190);
  expect(tookMs).toBeLessThan(3000);
});

it('drops a job that is cancelled before its turn, at once', async () => {
  open({ concurrency: 1 });
  const first = run({ do: 'sleep', ms: 500 });
  const abort = new AbortController();
  const second = run({ do: 'die', signal: 'SIGKILL' }, { signal: abort.signal });
  abort.abort();
  await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await first).toBe('slept');
  await expect(run({ do: 'pid' }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});

it('sends few heartbeats of a job that computes without a pause, and always the last', async () => {
  open();
  const heartbeats: Json[] = [];
  await run({ do: 'busy', ms: 700 }, { heartbeats });
  expect(heartbeats.length).toBeGreaterThanOrEqual(3);
  expect(heartbeats.length).toBeLessThanOrEqual(6);
  expect(heartbeats.at(-1)).toEqual({ i: 'last' });
});

it('delivers every log line in order, and tells when a flood was cut', async () => {
  open();
  const logs: LogEntry[] = [];
  await run({ do: 'chatty', lines: 1500 }, { logs });
  expect(logs.map((line) => line.message)).toEqual(
    Array.from({ length: 1500 }, (_, i) => `line ${i}`),
  );
  const flood: LogEntry[] = [];
  await run({ do: 'chatty', lines: 5000 }, { logs: flood });
  expect(flood.length).toBeLessThan(5000);
  expect(flood.at(-1)?.message).toBe('line 4999');
  expect(flood.some((line) => line.message.includes('left out'))).toBe(true);
});

it('replaces a child that grew too large or served its number of jobs', async () => {
  open({ maxRssBytes: 300 * 1024 * 1024 });
  const lean = await run({ do: 'pid' });
  await run({ do: 'grow', bytes: 320 * 1024 * 1024 });
  expect(await run({ do: 'pid' })).not.toBe(lean);
  await pool.close();

  open({ maxJobs: 2 });
  const pids = [await run({ do: 'pid' }), await run({ do: 'pid' }), await run({ do: 'pid' })];
  expect(pids[1]).toBe(pids[0]);
  expect(pids[2]).not.toBe(pids[0]);
});

it('ends a child that idles too long', async () => {
  open({ maxIdleMs: 150 });
  const pid = (await run({ do: 'pid' })) as number;
  expect(await until(() => pool.pids.length === 0)).toBe(true);
  expect(await isRunning(pid)).toBe(false);
});

it('warms children up before the first job', async () => {
  open();
  await pool.prewarm(5);
  expect(pool.pids).toHaveLength(2);
  const pid = await run({ do: 'pid' });
  expect(pool.pids).toContain(pid);
  expect(await run({ do: 'warmed' })).toBe(true);
});

it('runs children at a lower priority than its own', async () => {
  open();
  const pid = (await run({ do: 'pid' })) as number;
  if (process.platform === 'linux') {
    expect(getPriority(pid)).toBe(Math.min(19, getPriority() + 5));
  }
});

it('cancels what runs when it closes, and leaves no process', async () => {
  open({ cancelGraceMs: 200 });
  const stopped = expect(run({ do: 'checkpointed' })).rejects.toMatchObject({ code: 'CANCELLED' });
  const killed = expect(run({ do: 'deaf' })).rejects.toMatchObject({ code: 'CANCELLED' });
  const queued = expect(run({ do: 'pid' })).rejects.toMatchObject({ code: 'CANCELLED' });
  await until(() => pool.pids.length === 2);
  const pids = pool.pids;
  await pool.close();
  await Promise.all([stopped, killed, queued]);
  for (const pid of pids) expect(await isRunning(pid)).toBe(false);
});

it.each([
  ['waits', { do: 'deaf' }],
  ['computes without a pause', { do: 'busy', ms: 30_000 }],
])('a child that %s ends when its parent is killed', async (_, payload) => {
  open();
  const parent = fork(path.join(ROOT, 'test/compute/parent-entry.mjs'), [], {
    execArgv: [],
    env: { ...process.env, SOURCE: source, ENTRY, PAYLOAD: JSON.stringify(payload) },
  });
  const pid = await new Promise<number>((resolve) => parent.on('message', resolve as never));
  expect(await isRunning(pid)).toBe(true);
  parent.kill('SIGKILL');
  expect(await until(async () => !(await isRunning(pid)))).toBe(true);
});
