/** Takes in what a program wrote: its JSON outputs, and the files to keep. */
import path from 'node:path';
import type { ArtifactRef, ArtifactStore } from '../../artifacts/artifact.ts';
import { readSourceFile } from '../../data/source-file.ts';
import { isPipelineError, PipelineError } from '../../errors.ts';
import { isJsonObject, type JsonObject } from '../../json.ts';
import { parseJson } from '../parse-json.ts';

const MAX_OUTPUTS_BYTES = 1024 * 1024;
const MAX_ARTIFACT_BYTES = 1024 * 1024 * 1024;

/** What may safely be opened by its name; anything else is only bytes. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.csv': 'text/csv',
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.png': 'image/png',
};

/**
 * @param folder  where the program was told to write the file `name`.
 * @returns an empty map where it wrote none.
 * @throws PipelineError `OUTPUT_INVALID` if it is no JSON map.
 */
export async function readOutputs(folder: string, name: string): Promise<JsonObject> {
  const refuse = (reason: string, cause?: unknown) =>
    new PipelineError('OUTPUT_INVALID', `the file $MODELWRIGHT_OUTPUTS is refused: ${reason}`, {
      remedy: 'write one JSON map into it, such as {"accuracy": 0.9}',
      cause,
    });
  try {
    const { bytes } = await readSourceFile(folder, name, MAX_OUTPUTS_BYTES);
    const value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (isPipelineError(error) && error.code === 'DATA_NOT_FOUND') return {};
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  throw refuse('it is no map');
}

export interface Places {
  /** Folder that the program ran in, absolute. */
  readonly cwd: string;
  /** Folder that $MODELWRIGHT_WORK names. */
  readonly work: string;
}

const WORK = '$MODELWRIGHT_WORK/';

/**
 * Stores files by their names.
 *
 * @param paths  by name, relative to `cwd`, or to the work folder after `$MODELWRIGHT_WORK/`.
 * @throws PipelineError `DATA_NOT_FOUND`, `DATA_PATH_REFUSED`, `DATA_TOO_LARGE` over 1 GiB.
 */
export async function storeFiles(
  paths: Readonly<Record<string, string>>,
  { cwd, work }: Places,
  store: ArtifactStore,
): Promise<Record<string, ArtifactRef>> {
  const stored: [string, ArtifactRef][] = [];
  for (const [name, named] of Object.entries(paths)) {
    const [root, relative] = named.startsWith(WORK)
      ? [work, named.slice(WORK.length)]
      : [cwd, named];
    const { bytes } = await readSourceFile(root, relative, MAX_ARTIFACT_BYTES);
    const mediaType = MEDIA_TYPES[path.extname(relative).toLowerCase()];
    stored.push([name, await store.put(bytes, mediaType ?? 'application/octet-stream')]);
  }
  return Object.fromEntries(stored);
}
