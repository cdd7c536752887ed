/** `modelwright worker`: a worker alone, for a cluster or a second machine. */
import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { Command } from 'commander';
import { useProject } from '../config/project.ts';
import { EXIT, PipelineError } from '../errors.ts';
import { findTemporal, TASK_QUEUE } from '../temporal/settings.ts';
import { defaultBuildId } from './build-id.ts';
import { buildName, deploymentName } from './deployment-names.ts';
import { wholeNumber } from './number-option.ts';
import { onStopSignal } from './stop-signal.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf, withClient } from './verb.ts';

interface WorkerFlags {
  readonly taskQueue: string;
  readonly concurrency?: number;
  readonly deployment?: string;
  readonly build?: string;
  readonly makeCurrent?: boolean;
}

export function addWorker(program: Command, verb: Verb): Command {
  return program
    .command('worker')
    .description('run a worker against the local server or TEMPORAL_ADDRESS')
    .option('--task-queue <name>', 'queue to poll', TASK_QUEUE)
    .option('--concurrency <n>', 'compute processes at once', wholeNumber({ most: 1_000 }))
    .option('--deployment <name>', 'keep runs on the build that they began with', deploymentName)
    .option('--build <id>', 'of the deployment; default: the version and a digest', buildName)
    .option('--make-current', 'send new runs to this build')
    .action(async (options: WorkerFlags, command) => {
      const scene = sceneOf(command as Command, verb);
      const { terminal, project, stateFolder } = scene;
      const version = await versionOf(options, scene);
      const settings = findTemporal(stateFolder);
      // Loaded here, so that the other verbs do not wait for Temporal's native part.
      const { startWorkerHost } = await import('./worker-host.ts');
      const { taskQueue, concurrency, makeCurrent = false } = options;
      const host = await startWorkerHost({
        ...{ settings, stateFolder, dataRoot: project, taskQueue, concurrency, version },
        note: (text) => terminal.note(inert(text)),
      });
      try {
        terminal.note(`worker ready: polling "${taskQueue}" at ${settings.address}`);
        const signal = onStopSignal(terminal);
        if (version) await takeRuns(scene, { version, makeCurrent });
        await Promise.race([host.stopped, signal]);
      } finally {
        await host.stop();
      }
      verb.finish(EXIT.interrupted);
    });
}

/** @returns `undefined` for a worker of no deployment. @throws PipelineError `USAGE` */
async function versionOf({ deployment, build, makeCurrent }: WorkerFlags, { project }: Scene) {
  if (deployment !== undefined) {
    const buildId = build ?? (await defaultBuildId(useProject(project)));
    return { deploymentName: deployment, buildId };
  }
  if (build === undefined && makeCurrent !== true) return undefined;
  throw new PipelineError('USAGE', '--build and --make-current are of a deployment', {
    remedy: 'name it with --deployment',
  });
}

interface Taking {
  readonly version: WorkerDeploymentVersion;
  readonly makeCurrent: boolean;
}

/** Says whether this build takes new runs, once it does if it shall. */
async function takeRuns(scene: Scene, { version, makeCurrent }: Taking): Promise<void> {
  const { terminal } = scene;
  const { deploymentName, buildId } = version;
  const named = `build ${buildId} of the deployment ${deploymentName}`;
  if (!makeCurrent) {
    const command = `modelwright deployment ${deploymentName} --make-current ${buildId}`;
    terminal.note(`${named}; new runs go to it once it is current: ${command}`);
    return;
  }
  const deployments = await import('../temporal/deployments.ts');
  await withClient(scene, (client) => deployments.makeCurrent(client, version));
  terminal.note(`${named} takes new runs`);
}
