/** `modelwright sync REPO`: takes a commit's pipelines; with `--watch` every commit's. */
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, isPipelineError, isRetryable, PipelineError } from '../errors.ts';
import { fullRef, type RefName } from '../git/ref-name.ts';
import { refState } from '../git/repository.ts';
import type { SyncReport } from '../git/sync-report.ts';
import { syncRepository } from '../git/sync-repository.ts';
import { durationMs } from '../plan/duration.ts';
import { codedError } from '../temporal/connection.ts';
import { onStopSignal } from './stop-signal.ts';
import type { StatusFlags, TellStatus } from './status-reporter.ts';
import { statusTeller } from './status-reporter.ts';
import { showBroken, showSync } from './sync-view.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf, withClient } from './verb.ts';

interface Options extends StatusFlags {
  readonly branch?: string;
  readonly tag?: string;
  readonly watch?: boolean;
  readonly every: string;
  readonly takeOver?: boolean;
}

interface Target {
  readonly repository: string;
  readonly ref: RefName | undefined;
  readonly cwd: string;
  readonly takeOver: boolean;
  readonly tell: TellStatus;
}

export function addSync(program: Command, verb: Verb): Command {
  return program
    .command('sync')
    .description(
      'register and run the pipelines of a git repository (exit code 3 if any is broken)',
    )
    .argument('<repository>', 'path or URL')
    .addOption(new Option('--branch <name>', 'this branch').conflicts('tag'))
    .option('--tag <name>', 'this tag')
    .option('--watch', 'go on with every commit, until Ctrl-C')
    .option('--every <duration>', 'with --watch: how often to look', '2s')
    .option('--take-over', 'also take names that another repository has registered')
    .addOption(
      new Option(
        '--status-url <url>',
        'report the commit there, with MODELWRIGHT_STATUS_TOKEN',
      ).env('MODELWRIGHT_STATUS_URL'),
    )
    .addOption(
      new Option('--status-repo <owner/name>', 'the repository at the provider').env(
        'MODELWRIGHT_STATUS_REPO',
      ),
    )
    .addOption(
      new Option('--status-provider <name>', 'whose API it is')
        .choices(['github', 'gitlab', 'gitea'])
        .env('MODELWRIGHT_STATUS_PROVIDER')
        .default('github'),
    )
    .option('--json', 'print JSON alone on stdout; with --watch one line for each sync')
    .action(async (repository: string, options: Options, command) => {
      const scene = sceneOf(command as Command, verb);
      const { cwd } = verb.io;
      const { takeOver = false } = options;
      const note = (text: string) => scene.terminal.note(inert(text));
      const tell = await statusTeller(options, verb.io.env, note);
      const target = { repository, ref: refOf(options), cwd, takeOver, tell };
      const everyMs = options.watch ? interval(options.every) : null;
      await withClient(scene, async (client) => {
        if (everyMs !== null) return watch(scene, client, target, everyMs);
        const report = await syncOnce(scene, client, target);
        scene.terminal.result(report);
        if (report.broken.length > 0) verb.finish(EXIT.invalidSpec);
      });
      if (everyMs !== null) verb.finish(EXIT.interrupted);
    });
}

function refOf({ branch, tag }: Options): RefName | undefined {
  const ref: RefName | undefined =
    branch !== undefined
      ? { type: 'branch', name: branch }
      : tag !== undefined
        ? { type: 'tag', name: tag }
        : undefined;
  // A bad name is a wrong use of the command, told before anything is connected to.
  if (ref) fullRef(ref);
  return ref;
}

function interval(text: string): number {
  const ms = durationMs(text);
  if (ms !== null && ms >= 100) return ms;
  throw new PipelineError('USAGE', `--every wants a duration such as 2s, not "${text}"`);
}

async function syncOnce(scene: Scene, client: Client, target: Target): Promise<SyncReport> {
  const { repository, ref, cwd, takeOver } = target;
  const { stateFolder, terminal } = scene;
  const options = { repository, cwd, stateFolder, takeOver, ref: ref && fullRef(ref) };
  const report = await syncRepository(client, options);
  showSync(terminal, report);
  showBroken(terminal, report.broken);
  await target.tell(report);
  return report;
}

const LONGEST_WAIT_MS = 60_000;

/** Syncs whenever the ref has moved; what may pass is told once and tried again, ever less often. */
async function watch(scene: Scene, client: Client, target: Target, everyMs: number): Promise<void> {
  const stopping = new AbortController();
  void onStopSignal(scene.terminal, 'a sync that runs is finished').then(() => stopping.abort());
  let seen: string | null = null;
  let told = '';
  let waitMs = everyMs;
  while (!stopping.signal.aborted) {
    try {
      const found = await refState(target.repository, target.ref, target.cwd);
      if (found !== seen) {
        const report = await syncOnce(scene, client, target);
        if (scene.terminal.json) scene.terminal.io.stdout.write(`${JSON.stringify(report)}\n`);
        seen = found;
      }
      told = '';
      waitMs = everyMs;
    } catch (thrown) {
      const error = passing(thrown);
      if (error.message !== told) scene.terminal.error(error);
      told = error.message;
      waitMs = Math.min(2 * waitMs, Math.max(everyMs, LONGEST_WAIT_MS));
    }
    // The signal ends the wait by a rejection.
    await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
}

/** An empty repository may get a commit, and one that is lost, even in mid-sync, come back. */
function passing(thrown: unknown): PipelineError {
  const error = codedError(thrown);
  const waits = ['GIT_EMPTY', 'GIT_REF_NOT_FOUND', 'GIT_FAILED'];
  if (isPipelineError(error) && (isRetryable(error.code) || waits.includes(error.code))) {
    return error;
  }
  throw error;
}
