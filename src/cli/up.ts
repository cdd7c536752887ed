/**
 * `modelwright up`: the local server and a worker in one terminal; with `--run` also a pipeline.
 *
 * Killed at any moment it costs nothing: the server's file and the checkpoints are on disk, and
 * the next `up` finds the open runs and goes on with them.
 */
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import { mkdirSync } from 'node:fs';
import { EXIT } from '../errors.ts';
import { connectClient } from '../temporal/connection.ts';
import type { Plan } from '../plan/plan.ts';
import type { Durability } from '../temporal/local-server.ts';
import { listRuns, startRun } from '../temporal/runs.ts';
import type { TemporalSettings } from '../temporal/settings.ts';
import { clusterSettings } from '../temporal/settings.ts';
import { followRun } from './follow.ts';
import { loadPlan } from './load-plan.ts';
import { onStopSignal } from './stop-signal.ts';
import { wholeNumber } from './number-option.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { collectParam, sceneOf, userName } from './verb.ts';

interface UpOptions {
  readonly run?: string;
  readonly param?: Record<string, string>;
  readonly durability: Durability;
  readonly port?: number;
  readonly concurrency?: number;
}

export function addUp(program: Command, verb: Verb): Command {
  return program
    .command('up')
    .description('start the local Temporal server and a worker')
    .option('--run <file>', 'also run this pipeline, follow it, and stop when it has ended')
    .option('--param <name=value>', 'with --run: set a parameter; may be repeated', collectParam)
    .addOption(
      new Option(
        '--durability <mode>',
        '`full`, or `normal`: faster, may lose the last moments in a power cut',
      )
        .choices(['full', 'normal'])
        .default('full'),
    )
    .option('--port <n>', 'port of the Temporal server', wholeNumber({ most: 65_535 }))
    .option('--concurrency <n>', 'compute processes at once', wholeNumber({ most: 1_000 }))
    .option('--json', 'with --run: print the final status as JSON alone on stdout')
    .action(async (options: UpOptions, command) => {
      const scene = sceneOf(command as Command, verb);
      // Compiled first: a faulty file must not start a server.
      const plan = options.run ? loadPlan(scene, options.run, options.param) : null;
      const stopSignal = onStopSignal(scene.terminal);
      const { settings, stop } = await startEverything(scene, options);
      const watching = new AbortController();
      let client: Client | null = null;
      try {
        client = await connectClient(settings);
        await greet(scene, client, settings);
        const submittedBy = userName(verb.io.env);
        const work = plan
          ? follow(scene, client, { plan, submittedBy, signal: watching.signal })
          : new Promise<never>(() => {});
        const ended = await Promise.race([work, stopSignal, stop.workerFailed]);
        verb.finish(typeof ended === 'number' ? ended : EXIT.interrupted);
      } finally {
        watching.abort();
        await client?.connection.close();
        await stop.all();
      }
    });
}

async function startEverything({ terminal, project, stateFolder }: Scene, options: UpOptions) {
  mkdirSync(stateFolder, { recursive: true });
  const { startWorkerHost } = await import('./worker-host.ts');
  const { keepLocalServer } = await import('../temporal/kept-server.ts');
  const cluster = clusterSettings();
  const note = (text: string) => terminal.note(inert(text));
  const server = cluster ? null : await keepLocalServer(stateFolder, { ...options, note });
  const settings = cluster ?? (server?.settings as TemporalSettings);
  if (server) {
    terminal.note(
      `Temporal server ${server.started ? 'started' : 'found at work'}: ${settings.address}`,
    );
  } else terminal.note(`Temporal: ${settings.address}`);
  const { concurrency } = options;
  const hosted = { settings, stateFolder, dataRoot: project, concurrency, note };
  let host: Awaited<ReturnType<typeof startWorkerHost>>;
  try {
    host = await startWorkerHost(hosted);
  } catch (error) {
    await server?.stop();
    throw error;
  }
  // Whoever waits for it hears of a failure; until then it must not end the process by itself.
  host.stopped.catch(() => undefined);
  terminal.note('worker ready');
  return {
    settings,
    stop: {
      workerFailed: host.stopped,
      all: async () => {
        try {
          await host.stop();
        } finally {
          await server?.stop();
        }
      },
    },
  };
}

async function greet({ terminal }: Scene, client: Client, settings: TemporalSettings) {
  const open = await listRuns(client, { openOnly: true });
  for (const run of open) terminal.note(inert(`going on with ${run.id}`));
  if (settings.local) {
    terminal.note('in other terminals, in this folder: npx modelwright run | status | review');
  }
}

interface FollowOptions {
  readonly plan: Plan;
  readonly submittedBy: string;
  readonly signal: AbortSignal;
}

/** @returns the exit code, or `null` if it was told to stop watching. */
async function follow(
  scene: Scene,
  client: Client,
  { plan, submittedBy, signal }: FollowOptions,
): Promise<number | null> {
  // A start after a crash goes on with the run that the last one left open.
  const open = await listRuns(client, { openOnly: true });
  const left = open.find(({ planDigest }) => planDigest === plan.digest);
  const { id } = left ?? (await startRun(client, { plan, submittedBy }));
  scene.terminal.line(inert(`${left ? 'joined' : 'started'} ${id}\n`));
  const status = await followRun(scene, client, id, { throughReview: true, signal });
  if (status === null) return null;
  scene.terminal.result(status);
  return status.state === 'succeeded' ? EXIT.ok : EXIT.runFailed;
}
