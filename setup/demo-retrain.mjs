/** `npm run demo:retrain`: a schedule every 10 s over three firings, told as it happens. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './paths.mjs';

const { status } = spawnSync(
  process.execPath,
  [path.join(ROOT, 'setup', 'jest.mjs'), '--runInBand', 'test/pipelines/retrain-schedule'],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, MODELWRIGHT_RETRAIN_EVERY: '10s' },
  },
);
process.exitCode = status ?? 1;
