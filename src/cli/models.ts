/** `modelwright models [NAME]`: the registry; `models roll-back`: a way back. */
import type { Command } from 'commander';
import { openModelRegistry } from '../registry/model-registry.ts';
import { addRollBack } from './models-roll-back.ts';
import type { Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

export function addModels(program: Command, verb: Verb): Command {
  const verbOfModels = program
    .command('models')
    .description('list the registered models and their versions')
    .argument('[name]', 'only this model')
    .option('--json', 'print JSON alone on stdout')
    .action(async (name: string | undefined, _options, command) => {
      const scene = sceneOf(command as Command, verb);
      const models = await openModelRegistry(scene.stateFolder).listModels();
      const shown = name === undefined ? models : models.filter((model) => model.name === name);
      scene.terminal.result(shown);
      if (shown.length === 0) {
        const known = models.map((model) => model.name).join(', ');
        return scene.terminal.line(
          known === ''
            ? 'no models yet: a `promote` step registers them'
            : `no model is called ${JSON.stringify(name)}; there are: ${known}`,
        );
      }
      scene.terminal.table(
        ['model', 'version', 'aliases', 'run', 'metrics', 'digest'],
        shown.flatMap((model) =>
          model.versions.map((version) => [
            model.name,
            String(version.version),
            Object.entries(model.aliases)
              .filter(([, target]) => target === version.version)
              .map(([alias]) => alias)
              .join(', '),
            version.run.id,
            Object.entries(version.metrics)
              .map(([key, value]) => `${key} ${value.toFixed(4)}`)
              .join(', '),
            version.model.sha256.slice(0, 12),
          ]),
        ),
      );
    });
  addRollBack(verbOfModels, verb);
  return verbOfModels;
}
