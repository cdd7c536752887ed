/** Says what the set-up is doing, one line per step; a line stays true when piped to a file. */
import { spawn } from 'node:child_process';

const COLOUR = process.stderr.isTTY && !process.env.NO_COLOR;
const dim = (text) => (COLOUR ? `\u001b[2m${text}\u001b[0m` : text);

export function say(text) {
  process.stderr.write(`${dim('setup')} ${text}\n`);
}

/**
 * Runs a command to its end, with a line every 15 s saying that it still runs.
 *
 * @param options.label    what the person reads while it runs
 * @param options.timeoutMs  after which the command is killed and the call fails
 * @throws Error with the last 30 lines of the command's output
 */
export function runCommand(command, args, { label, cwd, env, timeoutMs = 30 * 60_000 }) {
  return new Promise((resolve, reject) => {
    const startedAt = Date.now();
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const seconds = () => Math.round((Date.now() - startedAt) / 1000);
    const ticker = setInterval(() => say(`${label} … ${seconds()} s`), 15_000);
    const killer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const finish = (error) => {
      clearInterval(ticker);
      clearTimeout(killer);
      if (error) reject(error);
      else resolve(output);
    };
    child.on('error', finish);
    child.on('close', (code, signal) => {
      if (code === 0) return finish();
      const tail = output.trim().split('\n').slice(-30).join('\n');
      finish(
        new Error(`${label}: "${command} ${args.join(' ')}" ended with ${signal ?? code}\n${tail}`),
      );
    });
  });
}
