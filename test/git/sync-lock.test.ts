import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withSyncLock } from '../../src/git/sync-lock.ts';
import { temporaryFolder } from '../temporal/harness.ts';

let stateFolder: string;

beforeEach(() => {
  stateFolder = temporaryFolder();
});
afterEach(() => rmSync(stateFolder, { recursive: true, force: true }));

it('lets one in at a time, and the next after a failure too', async () => {
  let inside = 0;
  const most: number[] = [];
  const work = (fails: boolean) =>
    withSyncLock(stateFolder, async () => {
      most.push(++inside);
      await sleep(5);
      inside--;
      if (fails) throw new RangeError('failed');
    });
  const outcomes = await Promise.allSettled([false, true, false, true, false].map(work));
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(2);
  expect(most).toEqual([1, 1, 1, 1, 1]);
});

it('is taken from a process that died, by one of those that wait', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  mkdirSync(path.join(stateFolder, 'git'));
  const file = path.join(stateFolder, 'git', 'sync.lock');
  writeFileSync(file, JSON.stringify({ pid: dead, host: hostname(), token: 'x' }));
  let inside = 0;
  const enter = () =>
    withSyncLock(stateFolder, async () => {
      expect(++inside).toBe(1);
      await sleep(5);
      inside--;
    });
  await Promise.all([enter(), enter(), enter()]);
  expect(readdirSync(path.join(stateFolder, 'git'))).toEqual([]);
});
