/** `modelwright apply DIR`: registers the pipelines of a folder, without git. */
import type { Command } from 'commander';
import path from 'node:path';
import { EXIT } from '../errors.ts';
import { applyFolder } from '../git/apply-folder.ts';
import { showBroken, showChanges } from './sync-view.ts';
import type { Verb } from './verb.ts';
import { sceneOf, withClient } from './verb.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly takeOver?: boolean;
}

export function addApply(program: Command, verb: Verb): Command {
  return program
    .command('apply')
    .description('register the pipelines of a folder without git (exit code 3 if any is broken)')
    .argument('<folder>', 'its `pipelines` folder if it has one, else all of it')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--take-over', 'also take names that a repository has registered')
    .option('--json', 'print JSON alone on stdout')
    .action(async (given: string, options: Options, command) => {
      const scene = sceneOf(command as Command, verb);
      const { terminal, stateFolder } = scene;
      const folder = path.resolve(verb.io.cwd, given);
      const report = await applyFolder({
        ...options,
        folder,
        stateFolder,
        useClient: (perform) => withClient(scene, perform),
      });
      terminal.result(report);
      showChanges(terminal, report);
      showBroken(terminal, report.broken);
      const { registered, retired, unchanged, broken } = report;
      const changes = registered.length + retired.length;
      const would = options.dryRun ? 'would change' : 'changed';
      terminal.line(`${changes} ${would}, ${unchanged} as before, ${broken.length} broken`);
      if (broken.length > 0) verb.finish(EXIT.invalidSpec);
    });
}
