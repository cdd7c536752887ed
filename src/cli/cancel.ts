/** `modelwright cancel RUN`. */
import type { Command } from 'commander';
import { cancelRun, describeRun } from '../temporal/runs.ts';
import type { Verb } from './verb.ts';
import { sceneOf, withClient } from './verb.ts';

export function addCancel(program: Command, verb: Verb): Command {
  return program
    .command('cancel')
    .description('ask a run to stop; running steps save a checkpoint first')
    .argument('<run>', 'run id')
    .option('--json', 'print JSON alone on stdout')
    .action(async (id: string, _options, command) => {
      const scene = sceneOf(command as Command, verb);
      await withClient(scene, async (client) => {
        const { status } = await describeRun(client, id);
        const asked = status === 'running';
        if (asked) await cancelRun(client, id);
        scene.terminal.result({ run: id, cancelRequested: asked, status });
        scene.terminal.line(asked ? `asked ${id} to stop` : `${id} has already ended: ${status}`);
      });
    });
}
