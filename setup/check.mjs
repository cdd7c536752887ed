/** `npm run check`: everything but the tests; each check runs even if another failed. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './paths.mjs';

const bin = (name) => path.join(ROOT, 'node_modules', '.bin', name);
const node = process.execPath;
const CHECKS = [
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['schemas', node, ['setup/generate-schemas.mjs', '--check']],
  ['types of schemas', node, ['setup/generate-types.mjs', '--check']],
  ['types', bin('tsc'), ['-p', 'tsconfig.check.json']],
  ['lint', bin('eslint'), ['--max-warnings', '0', '.']],
  [
    'layers',
    bin('depcruise'),
    ['src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
  ],
  ['dead code', bin('knip'), []],
];

let failed = 0;
for (const [label, command, args] of CHECKS) {
  const startedAt = Date.now();
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  const good = status === 0;
  if (!good) failed += 1;
  console.error(
    `check ${label}: ${good ? 'ok' : 'FAILED'} (${seconds} s)${error ? ` ${error.message}` : ''}`,
  );
}
process.exitCode = failed === 0 ? 0 : 1;
