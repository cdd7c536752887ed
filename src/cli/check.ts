/** `modelwright check --base REF`: what a commit changes, as Markdown for a pull request. */
import type { Command } from 'commander';
import { EXIT, isPipelineError } from '../errors.ts';
import { checkCommit } from '../git/check-commit.ts';
import { renderCheck } from '../git/check-markdown.ts';
import { listRuns, type RunSummary } from '../temporal/runs.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf, withClient } from './verb.ts';

interface Options {
  readonly base: string;
  readonly head: string;
}

export function addCheck(program: Command, verb: Verb): Command {
  return program
    .command('check')
    .description('print what a commit changes about the pipelines (exit code 3 if any is broken)')
    .argument('[repository]', 'path or URL; the project if not given')
    .requiredOption('--base <ref>', 'branch, tag or commit to compare with')
    .option('--head <ref>', 'branch, tag or commit that is checked', 'HEAD')
    .option('--json', 'print JSON alone on stdout')
    .action(async (given: string | undefined, { base, head }: Options, command) => {
      const scene = sceneOf(command as Command, verb);
      const { stateFolder, terminal, project } = scene;
      const repository = given ?? project;
      const report = await checkCommit({ repository, base, head, stateFolder, cwd: verb.io.cwd });
      const open = await openRuns(scene);
      terminal.result({ ...report, openRuns: open });
      terminal.line(inert(renderCheck(report, open)).trimEnd());
      if (report.broken.length > 0) verb.finish(EXIT.invalidSpec);
    });
}

/** `null` without a server: the check of a pull request needs none. */
async function openRuns(scene: Scene): Promise<readonly RunSummary[] | null> {
  try {
    return await withClient(scene, (client) => listRuns(client, { openOnly: true }));
  } catch (error) {
    if (isPipelineError(error) && error.code === 'TEMPORAL_UNREACHABLE') return null;
    throw error;
  }
}
