/** `modelwright deployment NAME`: the builds of workers, and which of them takes new runs. */
import type { Command } from 'commander';
import type { Build } from '../temporal/deployments.ts';
import { buildName, deploymentName } from './deployment-names.ts';
import type { Terminal } from './terminal.ts';
import { seconds } from './terminal.ts';
import type { Verb } from './verb.ts';
import { sceneOf, withClient } from './verb.ts';

interface Options {
  readonly makeCurrent?: string;
  readonly unversioned?: boolean;
}

export function addDeployment(program: Command, verb: Verb): Command {
  return program
    .command('deployment')
    .description('list the builds of a worker deployment, and say which takes new runs')
    .argument('<name>', 'as given to `worker --deployment`', deploymentName)
    .option('--make-current <build>', 'send new runs to it; open ones stay', buildName)
    .option('--unversioned', 'send new runs to workers without a deployment, such as of `up`')
    .option('--json', 'print JSON alone on stdout')
    .action(async (name: string, { makeCurrent, unversioned }: Options, command) => {
      const scene = sceneOf(command as Command, verb);
      const deployments = await import('../temporal/deployments.ts');
      const build = unversioned === true ? '' : makeCurrent;
      const builds = await withClient(scene, async (client) => {
        if (build !== undefined) {
          await deployments.makeCurrent(client, { deploymentName: name, buildId: build });
        }
        return deployments.listBuilds(client, name);
      });
      scene.terminal.result(builds);
      showBuilds(scene.terminal, builds);
    });
}

function showBuilds(terminal: Terminal, builds: readonly Build[]): void {
  const nowMs = Date.now();
  terminal.table(
    ['build', 'state', 'first seen'],
    builds.map(({ build, state, firstSeenMs }) => [
      build,
      state,
      `${seconds(nowMs - firstSeenMs)} ago`,
    ]),
  );
  if (builds.some(({ state }) => state === 'current')) return;
  terminal.line('no build is current: new runs go to workers without a deployment');
}
