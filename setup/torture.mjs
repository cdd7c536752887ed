/**
 * The long forms of the crash tests and of the fuzz test of pipelines:
 *
 *   npm run torture -- [--kills 50] [--fuzz 100000] [--seed N]
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './paths.mjs';

const value = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const seed = value('seed', String(Date.now() % 1_000_000));
const kills = value('kills', '50');
const documents = value('fuzz', '100000');
console.error(`torture: ${kills} kills, ${documents} broken pipelines, seed ${seed}`);
const { status } = spawnSync(
  process.execPath,
  [path.join(ROOT, 'setup', 'jest.mjs'), '--runInBand', 'test/crash', 'test/plan/fuzz-pipelines'],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      MODELWRIGHT_KILLS: kills,
      MODELWRIGHT_FUZZ: documents,
      MODELWRIGHT_SEED: seed,
    },
  },
);
process.exitCode = status ?? 1;
