/** A model as a folder of plain files, for use elsewhere. */
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import type { ArtifactRef, ArtifactStore } from './artifact.ts';
import { isArtifactRef } from './artifact-uri.ts';
import { writeFileAtomic } from './atomic-file.ts';

/** Fusions of fusions; more is a mistake, or an attack. */
const MAX_DEPTH = 8;

/**
 * Writes a model and all it consists of, each file whole or not at all:
 *
 *     model.json          the manifest, byte for byte
 *     weights.bin         a network's weights: float32, little-endian, in layer order
 *     files/…             an imported model's own files, as its framework reads them
 *     members/1/…         a fusion's members, each such a folder, in the fusion's order
 *
 * @returns the files written, relative to `folder`.
 * @throws PipelineError `MODEL_INVALID` if it is no model; as the store; `DISK_FULL`,
 * `STORE_UNWRITABLE`.
 */
export async function exportModel(
  store: ArtifactStore,
  model: ArtifactRef,
  folder: string,
): Promise<string[]> {
  const files = await exportInto(store, { model, folder, depth: 0 });
  return files.map((file) => path.relative(folder, file));
}

interface Place {
  readonly model: ArtifactRef;
  readonly folder: string;
  readonly depth: number;
}

async function exportInto(store: ArtifactStore, place: Place): Promise<string[]> {
  const { model, folder, depth } = place;
  if (depth > MAX_DEPTH) throw invalid(model, `it has more than ${MAX_DEPTH} levels`);
  const manifest = await store.getJson<Record<string, unknown> | null>(model);
  const { weights, members } = manifest ?? {};
  const files: string[] = [];
  if (manifest?.['type'] === 'network' && isArtifactRef(weights)) {
    const file = path.join(folder, 'weights.bin');
    await writeFileAtomic(file, await store.get(weights));
    files.push(file);
  } else if (manifest?.['type'] === 'foreign' && isFileList(manifest['files'])) {
    for (const { path: name, artifact } of manifest['files']) {
      const file = path.join(folder, 'files', name);
      await writeFileAtomic(file, await store.get(artifact));
      files.push(file);
    }
  } else if (Array.isArray(members) && members.every(isArtifactRef)) {
    for (const [index, member] of members.entries()) {
      const into = path.join(folder, 'members', String(index + 1));
      files.push(...(await exportInto(store, { model: member, folder: into, depth: depth + 1 })));
    }
  } else {
    throw invalid(model, 'it has neither weights nor members');
  }
  // Last, so that a folder with a manifest is complete.
  const file = path.join(folder, 'model.json');
  await writeFileAtomic(file, await store.get(model));
  return [file, ...files];
}

interface NamedFile {
  readonly path: string;
  readonly artifact: ArtifactRef;
}

/** Paths that stay below the folder. */
function isFileList(value: unknown): value is readonly NamedFile[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every((file: Partial<NamedFile> | null) => {
    const parts = typeof file?.path === 'string' ? file.path.split('/') : [''];
    const isPlain = parts.every((part) => /^[\w.@=-]+$/.test(part) && !/^\.+$/.test(part));
    return isPlain && isArtifactRef(file?.artifact);
  });
}

function invalid(model: ArtifactRef, found: string): PipelineError {
  return new PipelineError('MODEL_INVALID', `${model.sha256} cannot be exported: ${found}`);
}
