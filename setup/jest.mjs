/** Runs jest as the tests need it (ESM), and ends with the line `N passed, N failed`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from './paths.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-jest-'));
const report = path.join(folder, 'report.json');
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings=ExperimentalWarning',
    path.join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: ROOT, stdio: ['inherit', 'ignore', 'inherit'] },
);
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const skipped = result.numPendingTests > 0 ? `, ${result.numPendingTests} skipped` : '';
  console.log(`${result.numPassedTests} passed, ${failed} failed${skipped}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = status ?? 1;
