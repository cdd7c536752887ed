/** `modelwright worker`: a worker alone, for a cluster or a second machine. */
import type { Command } from 'commander';
import { EXIT } from '../errors.ts';
import { findTemporal, TASK_QUEUE } from '../temporal/settings.ts';
import { wholeNumber } from './number-option.ts';
import { onStopSignal } from './stop-signal.ts';
import { inert } from './terminal.ts';
import type { Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

interface WorkerFlags {
  readonly taskQueue: string;
  readonly concurrency?: number;
}

export function addWorker(program: Command, verb: Verb): Command {
  return program
    .command('worker')
    .description('run a worker against the local server or TEMPORAL_ADDRESS')
    .option('--task-queue <name>', 'queue to poll', TASK_QUEUE)
    .option('--concurrency <n>', 'compute processes at once', wholeNumber({ most: 1_000 }))
    .action(async (options: WorkerFlags, command) => {
      const { terminal, project, stateFolder } = sceneOf(command as Command, verb);
      const settings = findTemporal(stateFolder);
      // Loaded here, so that the other verbs do not wait for Temporal's native part.
      const { startWorkerHost } = await import('./worker-host.ts');
      const { taskQueue, concurrency } = options;
      const host = await startWorkerHost({
        settings,
        stateFolder,
        dataRoot: project,
        taskQueue,
        concurrency,
        note: (text) => terminal.note(inert(text)),
      });
      terminal.note(`worker ready: polling "${taskQueue}" at ${settings.address}`);
      const signal = onStopSignal(terminal);
      await Promise.race([host.stopped, signal]);
      await host.stop();
      verb.finish(EXIT.interrupted);
    });
}
