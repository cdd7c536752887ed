/** The Python side of a benchmark: a virtual environment for it, and processes that answer line by line. */
import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { CACHE } from '../setup/paths.mjs';
import { runCommand } from '../setup/progress.mjs';

const MINUTE_MS = 60_000;

/** @returns the Python that MODELWRIGHT_BENCH_PYTHON names, or one in the cache that has the packages. */
export async function preparePython({ folder: name, packages, label }) {
  const given = process.env.MODELWRIGHT_BENCH_PYTHON;
  if (given) return given;
  const folder = path.join(CACHE, name);
  const python = path.join(folder, 'bin', 'python');
  const stamp = path.join(folder, '.complete');
  if (existsSync(stamp)) return python;
  rmSync(folder, { recursive: true, force: true });
  await runCommand('python3', ['-m', 'venv', folder], { label: 'making a virtual environment' });
  await runCommand(python, ['-m', 'pip', 'install', '-q', ...packages], {
    ...{ label, timeoutMs: 15 * MINUTE_MS },
  });
  writeFileSync(stamp, packages.join('\n'));
  return python;
}

/** A process that answers each line that it is sent by a line of JSON. */
export async function startSide(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ended without an answer`);
    return JSON.parse(value);
  };
  const { versions } = await answer();
  return {
    versions,
    run: () => {
      child.stdin.write('run\n');
      return answer();
    },
    end: () => child.stdin.end('end\n'),
  };
}
