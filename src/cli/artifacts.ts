/** `modelwright artifacts list|get`: what a run made. */
import type { Command } from 'commander';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { writeFileAtomic } from '../artifacts/atomic-file.ts';
import { openFolderStore } from '../artifacts/folder-store.ts';
import { artifactsFolder, safeName } from '../artifacts/state-folder.ts';
import { PipelineError } from '../errors.ts';
import { exportModel } from '../artifacts/export-model.ts';
import { namedArtifacts } from './named-artifacts.ts';
import type { NamedArtifact } from './named-artifacts.ts';
import { anyRunStatus } from './run-records.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

export function addArtifacts(program: Command, verb: Verb): Command {
  const artifacts = program.command('artifacts').description('list and fetch what runs made');
  artifacts
    .command('list')
    .description('list the artifacts of a run')
    .argument('<run>', 'run id')
    .option('--json', 'print JSON alone on stdout')
    .action(async (id: string, _options, command) => {
      const scene = sceneOf(command as Command, verb);
      const found = await findAll(scene, id);
      scene.terminal.result(found);
      scene.terminal.table(
        ['name', 'bytes', 'media type', 'sha256'],
        found.map(({ name, ref }) => [
          name,
          String(ref.bytes),
          ref.mediaType,
          ref.sha256.slice(0, 12),
        ]),
      );
    });
  artifacts
    .command('get')
    .description(
      'write artifacts of a run to files; without a name: report, manifest, pictures, models',
    )
    .argument('<run>', 'run id')
    .argument('[names...]', 'names or digests, as `artifacts list` prints them')
    .option('--out <folder>', 'folder to write to (default: the run id)')
    .option('--json', 'print JSON alone on stdout')
    .action(async (id: string, names: string[], options: { out?: string }, command) => {
      const scene = sceneOf(command as Command, verb);
      const chosen = choose(await findAll(scene, id), names, id);
      const folder = path.resolve(verb.io.cwd, options.out ?? safeName(id));
      const written = [];
      for (const artifact of chosen) written.push(await write(scene, artifact, folder));
      scene.terminal.result(written);
      for (const file of written) scene.terminal.line(inert(path.relative(verb.io.cwd, file)));
    });
  return artifacts;
}

async function findAll(scene: Scene, id: string): Promise<NamedArtifact[]> {
  const store = await openFolderStore(artifactsFolder(scene.stateFolder));
  return namedArtifacts(await anyRunStatus(scene, id), store);
}

const BY_DEFAULT: readonly string[] = [
  MEDIA_TYPE.html,
  MEDIA_TYPE.manifest,
  MEDIA_TYPE.report,
  MEDIA_TYPE.card,
  MEDIA_TYPE.svg,
  MEDIA_TYPE.png,
  MEDIA_TYPE.model,
  MEDIA_TYPE.tensorboard,
];

/** @throws PipelineError `ARTIFACT_NOT_FOUND` for a name that fits nothing */
function choose(
  all: readonly NamedArtifact[],
  names: readonly string[],
  runId: string,
): NamedArtifact[] {
  if (names.length === 0) return all.filter(({ ref }) => BY_DEFAULT.includes(ref.mediaType));
  return names.map((wanted) => {
    const isDigest = /^[0-9a-f]{8,64}$/.test(wanted);
    const found = all.find(
      ({ name, ref }) => name === wanted || (isDigest && ref.sha256.startsWith(wanted)),
    );
    if (found) return found;
    throw new PipelineError('ARTIFACT_NOT_FOUND', `run ${runId} has no artifact "${wanted}"`, {
      remedy: `modelwright artifacts list ${runId}`,
    });
  });
}

const EXTENSION: Readonly<Record<string, string>> = {
  [MEDIA_TYPE.svg]: '.svg',
  [MEDIA_TYPE.png]: '.png',
  [MEDIA_TYPE.html]: '.html',
  [MEDIA_TYPE.csv]: '.csv',
  [MEDIA_TYPE.jsonLines]: '.jsonl',
};

function extensionOf({ mediaType }: ArtifactRef): string {
  if (mediaType.endsWith('json')) return '.json';
  return EXTENSION[mediaType] ?? '.bin';
}

const withExtension = (name: string, extension: string) =>
  name.endsWith(extension) ? name : name + extension;

/** Names come from what steps gave out: they must not lead out of the folder. */
function fileNameOf(name: string): string {
  return name
    .split('/')
    .map((part) => (/^[\w[][\w.[\] -]*$/.test(part) ? part : safeName(part)))
    .join('/');
}

/** @returns the file or folder written */
async function write(scene: Scene, artifact: NamedArtifact, folder: string): Promise<string> {
  const { ref } = artifact;
  const name = fileNameOf(artifact.name);
  const store = await openFolderStore(artifactsFolder(scene.stateFolder));
  if (ref.mediaType === MEDIA_TYPE.model) {
    const target = path.join(folder, name);
    await exportModel(store, ref, target);
    return target;
  }
  const isEvents = ref.mediaType === MEDIA_TYPE.tensorboard;
  // TensorBoard finds its files by this name, and its runs by their folders.
  const file = isEvents
    ? path.join(folder, name, 'events.out.tfevents.0.modelwright')
    : path.join(folder, withExtension(name, extensionOf(ref)));
  mkdirSync(path.dirname(file), { recursive: true });
  await writeFileAtomic(file, await store.get(ref));
  return file;
}
