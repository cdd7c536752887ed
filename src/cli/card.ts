/** `modelwright card MODEL|RUN`: the model card that a run has left. */
import type { Command } from 'commander';
import path from 'node:path';
import { MEDIA_TYPE, type ArtifactRef } from '../artifacts/artifact.ts';
import { writeFileAtomic } from '../artifacts/atomic-file.ts';
import { openFolderStore } from '../artifacts/folder-store.ts';
import { artifactsFolder } from '../artifacts/state-folder.ts';
import { isPipelineError, PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { openModelRegistry } from '../registry/model-registry.ts';
import type { ModelCard } from '../report/card/model-card.ts';
import { anyRunStatus } from './run-records.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

interface Cards {
  readonly run: string;
  /** `null`: of every model of the run the first. */
  readonly model: string | null;
}

export function addCard(program: Command, verb: Verb): Command {
  return program
    .command('card')
    .description('write the model card of a registered model, or of a run')
    .argument('<model-or-run>', 'NAME, NAME@ALIAS, NAME@VERSION, or a run id')
    .option('--out <file>', 'file to write (default: <name>.card.html)')
    .option('--json', 'print the card as JSON alone on stdout')
    .action(async (text: string, { out }: { out?: string }, command) => {
      const scene = sceneOf(command as Command, verb);
      const found = await cardsOf(scene, text);
      const { html, json } = await chooseCard(scene, found);
      const store = await openFolderStore(artifactsFolder(scene.stateFolder));
      scene.terminal.result(await store.getJson<Json>(json));
      if (scene.terminal.json && out === undefined) return;
      const file = path.resolve(
        verb.io.cwd,
        out ?? `${text.replaceAll(/[^\w.-]/g, '-')}.card.html`,
      );
      await writeFileAtomic(file, Buffer.from(await store.get(html)));
      scene.terminal.line(inert(path.relative(verb.io.cwd, file)));
    });
}

/** A name of the registry goes first: run ids are longer. */
async function cardsOf(scene: Scene, text: string): Promise<Cards> {
  const [name = '', version = 'production'] = text.split('@', 2);
  try {
    const { model, run } = await openModelRegistry(scene.stateFolder).getModel(name, version);
    return { run: run.id, model: model.sha256 };
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'MODEL_NOT_FOUND' || text.includes('@')) {
      throw error;
    }
    return { run: text, model: null };
  }
}

/** @throws PipelineError `ARTIFACT_NOT_FOUND`, `RUN_NOT_FOUND` */
async function chooseCard(
  scene: Scene,
  { run, model }: Cards,
): Promise<{ html: ArtifactRef; json: ArtifactRef }> {
  const { documents = {} } = await anyRunStatus(scene, run);
  const store = await openFolderStore(artifactsFolder(scene.stateFolder));
  for (const [name, json] of Object.entries(documents)) {
    if (json.mediaType !== MEDIA_TYPE.card) continue;
    const card = await store.getJson<ModelCard>(json);
    const html = documents[name.replace(/\.json$/, '.html')];
    if (html && (model === null || card.model.artifact.sha256 === model)) return { html, json };
  }
  throw new PipelineError('ARTIFACT_NOT_FOUND', `run ${run} has left no card of the model`, {
    remedy: 'runs of earlier versions left none, and runs without a model leave none: run it again',
  });
}
