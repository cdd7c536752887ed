/** `modelwright hooks install|remove REPO`: a push to a repository of this machine is a sync. */
import type { Command } from 'commander';
import { fileURLToPath } from 'node:url';
import { installHook, removeHook, type HookChange } from '../git/hook.ts';
import { inert, type Terminal } from './terminal.ts';
import type { Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

const BIN = fileURLToPath(new URL('../../bin/modelwright.js', import.meta.url));

export function addHooks(program: Command, verb: Verb): Command {
  const hooks = program
    .command('hooks')
    .description('sync whatever is pushed to a repository of this machine');
  hooks
    .command('install')
    .description('write its post-receive hook; one that is there is kept and runs first')
    .argument('<repository>', 'path of a repository, bare or not')
    .option('--json', 'print JSON alone on stdout')
    .action(async (repository: string, _options, command) => {
      const { terminal, project } = sceneOf(command as Command, verb);
      const cwd = verb.io.cwd;
      const change = await installHook({
        repository,
        cwd,
        project,
        command: [process.execPath, BIN],
      });
      show(terminal, change);
    });
  hooks
    .command('remove')
    .description('take the hook away and put the former one back')
    .argument('<repository>', 'path of a repository, bare or not')
    .option('--json', 'print JSON alone on stdout')
    .action(async (repository: string, _options, command) => {
      const { terminal } = sceneOf(command as Command, verb);
      show(terminal, await removeHook({ repository, cwd: verb.io.cwd }));
    });
  return hooks;
}

function show(terminal: Terminal, change: HookChange): void {
  terminal.result(change);
  const { file, kept, change: what } = change;
  const former = what === 'removed' ? '; the former hook is back' : '; the former hook runs first';
  terminal.line(inert(`${what}: ${file}${kept ? former : ''}`));
}
