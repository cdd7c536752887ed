import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HeavyJob } from '../../../src/activities/heavy-job.ts';
import { NO_CONFIG } from '../../../src/config/config.ts';
import { ROOT, transpile } from '../../compute/transpile.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'modelwright-orphan-'));
  const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  await transpile(
    sources.filter((file) => file.endsWith('.ts')).map((file) => path.join('src', file)),
    folder,
  );
  await symlink(path.join(ROOT, 'schemas'), path.join(folder, 'schemas'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A process that has ended may wait for its parent to take note of it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

it('a command ends with the worker that was killed', async () => {
  const project = path.join(folder, 'project');
  await mkdir(project);
  const script = `require('fs').writeFileSync('pid', String(process.pid)); console.log('begun');
    process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)`;
  const job: HeavyJob = {
    type: 'step',
    input: {
      run: { id: 'r', pipeline: 'p', planDigest: 'd', submittedBy: 'ann' },
      step: 's',
      kind: 'command',
      with: { run: ['node', '-e', script], cwd: '.', maxOutputBytes: 1000 },
    },
    attempt: 1,
    storeFolder: path.join(folder, 'store'),
    stateFolder: folder,
    dataRoot: project,
    scratch: path.join(folder, 'scratch'),
    config: { ...NO_CONFIG, commands: ['node'] },
    project,
  };
  const parent = fork(path.join(ROOT, 'test/compute/parent-entry.mjs'), [], {
    execArgv: [],
    env: {
      ...process.env,
      SOURCE: folder,
      ENTRY: path.join(folder, 'src/activities/compute-child.js'),
      PAYLOAD: JSON.stringify(job),
    },
  });
  await once(parent, 'message');
  const pid = Number(readFileSync(path.join(project, 'pid'), 'utf8'));
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  for (let left = 200; left > 0 && isAlive(pid); left -= 1) await sleep(50);
  expect(isAlive(pid)).toBe(false);
});
