/** `modelwright models roll-back`: a person moves an alias back to what it named before. */
import type { Command } from 'commander';
import { PipelineError } from '../errors.ts';
import { openModelRegistry } from '../registry/model-registry.ts';
import { inert } from './terminal.ts';
import type { Verb } from './verb.ts';
import { sceneOf, userName } from './verb.ts';

interface RollBackOptions {
  readonly to?: string;
  readonly reason: string;
}

export function addRollBack(models: Command, verb: Verb): void {
  models
    .command('roll-back')
    .description('move an alias back to the version that it named before')
    .argument('<model>', 'NAME, or NAME@ALIAS; production if not given')
    .option('--to <version>', 'a version that the alias named before (default: the last one)')
    .requiredOption('--reason <text>', 'why; kept with the registry')
    .option('--json', 'print JSON alone on stdout')
    .action(async (model: string, { to, reason }: RollBackOptions, command) => {
      const scene = sceneOf(command as Command, verb);
      const [name = '', alias = 'production'] = model.split('@', 2);
      const by = userName(verb.io.env);
      const wanted = to === undefined ? {} : { to: versionOf(to) };
      const registry = openModelRegistry(scene.stateFolder);
      const { from, to: now } = await registry.rollBack({ name, alias, reason, by, ...wanted });
      scene.terminal.result({ name, alias, from, to: now, by, reason });
      scene.terminal.line(inert(`${name} version ${now} is ${alias} again, instead of ${from}`));
    });
}

function versionOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new PipelineError('USAGE', `--to wants the number of a version, not "${text}"`);
}
