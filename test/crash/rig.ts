/**
 * A project of its own with a real server, worker processes and compute processes, and the means
 * to kill any of them. Everything runs as users run it: through bin/modelwright.js.
 */
import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/temporal/local-server.ts';
import { isAlive } from '../../src/temporal/server-process.ts';
import { readLocalServer } from '../../src/temporal/settings.ts';
import { temporaryFolder } from '../temporal/harness.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIN = path.join(ROOT, 'bin', 'modelwright.js');

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Rig {
  readonly project = temporaryFolder();
  private readonly processes = new Set<ChildProcess>();
  private port = 0;

  static async create(): Promise<Rig> {
    const rig = new Rig();
    const data = path.join(rig.project, 'pipelines', 'data');
    mkdirSync(data, { recursive: true });
    copyFileSync(path.join(ROOT, 'pipelines', 'data', 'digits.csv'), path.join(data, 'digits.csv'));
    rig.port = await freePort();
    return rig;
  }

  get stateFolder(): string {
    return path.join(this.project, '.modelwright');
  }

  write(file: string, text: string): string {
    writeFileSync(path.join(this.project, file), text);
    return file;
  }

  /** Starts a long-lived command, its output in `<project>/<verb>.log`. */
  start(args: readonly string[]): ChildProcess {
    const log = openSync(path.join(this.project, `${args[0]}.log`), 'a');
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: this.project,
      env: this.env(),
      stdio: ['ignore', log, log],
    });
    this.processes.add(child);
    child.once('exit', () => this.processes.delete(child));
    return child;
  }

  /** `up` on this rig's port, once it says that its worker is ready. */
  async up(args: readonly string[] = []): Promise<ChildProcess> {
    const before = this.log('up').split('worker ready').length;
    const child = this.start(['up', '--port', String(this.port), ...args]);
    await this.until('up is ready', () => this.log('up').split('worker ready').length > before);
    return child;
  }

  log(verb: string): string {
    try {
      return readFileSync(path.join(this.project, `${verb}.log`), 'utf8');
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return '';
      throw error;
    }
  }

  /** Runs one command to its end. */
  cli(...args: readonly string[]): Promise<CliResult> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [BIN, ...args],
        { cwd: this.project, env: this.env(), maxBuffer: 1 << 26 },
        (error, stdout, stderr) => {
          const code = error ? Number((error as { code?: unknown }).code ?? 1) : 0;
          resolve({ code, stdout, stderr });
        },
      );
    });
  }

  /** A frozen worker swallows questions until the server gives it up: then they are asked again. */
  async json<T>(...args: readonly string[]): Promise<T> {
    let { stdout, stderr, code } = await this.cli(...args, '--json');
    const isUnanswered = () =>
      stderr.includes('NO_WORKER') && (stdout === '' || args[0] === 'review');
    for (let tries = 0; isUnanswered() && tries < 8; tries++) {
      ({ stdout, stderr, code } = await this.cli(...args, '--json'));
    }
    try {
      return JSON.parse(stdout) as T;
    } catch (cause) {
      throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`, { cause });
    }
  }

  serverPid(): number | null {
    const pid = readLocalServer(this.stateFolder)?.pid;
    return pid !== undefined && isAlive(pid) ? pid : null;
  }

  async until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 60_000) {
    const deadline = Date.now() + withinMs;
    while (!(await holds())) {
      if (Date.now() > deadline) {
        throw new Error(
          `${what}: not within ${withinMs} ms\n${this.log('up')}\n${this.log('worker')}`,
        );
      }
      await sleep(50);
    }
  }

  async dispose(): Promise<void> {
    const ended = [...this.processes].map((child) => killNow(child));
    const server = this.serverPid();
    if (server !== null) process.kill(server, 'SIGKILL');
    await Promise.all(ended);
    rmSync(this.project, { recursive: true, force: true, maxRetries: 5 });
  }

  private env(): NodeJS.ProcessEnv {
    const { TEMPORAL_ADDRESS: _address, CI: _ci, NODE_OPTIONS: _options, ...env } = process.env;
    return { ...env, MODELWRIGHT_USER: 'ann', NO_COLOR: '1' };
  }
}

/** SIGKILL, and wait until it is gone. */
export async function killNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** The compute processes of a worker, by Linux' list of children. */
export function computeProcesses(workerPid: number): number[] {
  const list = readFileSync(`/proc/${workerPid}/task/${workerPid}/children`, 'utf8');
  return list.trim().split(/\s+/).filter(Boolean).map(Number).filter(isCompute);
}

function isCompute(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('compute-child');
  } catch {
    // It ended between the list and the look.
    return false;
  }
}
