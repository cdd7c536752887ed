/** Reads the files of a foreign model, each once, into memory. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { openSourceFolder, readSourceFile, refusedSource } from '../../data/source-file.ts';
import type { SourceFiles } from '../../data/sources/source-files.ts';
import { PipelineError } from '../../errors.ts';
import { SAVED_MODEL } from '../../ml/imports/closed/saved-model.ts';
import { dataRootFor } from '../local-context.ts';
import type { StepContext } from '../step.ts';

/** Of all files of a model: 512 MiB. */
const MAX_BYTES = 2 ** 29;
const MAX_FILES = 10_000;
const VARIABLES = 'variables';

export class ModelFiles {
  readonly #context: StepContext;
  readonly #noted: SourceFiles;
  #total = 0;

  constructor(context: StepContext, noted: SourceFiles) {
    this.#context = context;
    this.#noted = noted;
  }

  /**
   * @param file  relative to the project.
   * @throws PipelineError as `readSourceFile`; `DATA_TOO_LARGE` for over 512 MiB in all.
   */
  async read(file: string): Promise<Uint8Array> {
    this.#context.signal.throwIfAborted();
    this.#context.heartbeat();
    const root = await dataRootFor(this.#context, file);
    const { bytes, sha256 } = await readSourceFile(root, file, MAX_BYTES);
    this.#total += bytes.byteLength;
    if (this.#total > MAX_BYTES) {
      throw new PipelineError('DATA_TOO_LARGE', `The model has over ${MAX_BYTES} bytes`);
    }
    this.#noted.note(file, sha256);
    return bytes;
  }

  /** What TensorFlow loads of a SavedModel, by path within its folder. */
  async readSavedModel(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
    const files = new Map<string, Uint8Array>();
    for (const name of [SAVED_MODEL, ...(await this.#variables(folder))]) {
      files.set(name, await this.read(path.posix.join(folder, name)));
    }
    return files;
  }

  async #variables(folder: string): Promise<readonly string[]> {
    const root = await dataRootFor(this.#context, folder);
    const real = await openSourceFolder(root, path.posix.join(folder, VARIABLES));
    const entries = await readdir(real, { withFileTypes: true });
    if (entries.length > MAX_FILES) {
      throw new PipelineError('DATA_TOO_LARGE', `The model has over ${MAX_FILES} files`);
    }
    return entries.map((entry) => {
      const place = `${VARIABLES}/${entry.name}`;
      if (entry.isFile() && /^[\w.-]+$/.test(entry.name)) return place;
      throw refusedSource(path.posix.join(folder, place), 'it is no plain file of a SavedModel');
    });
  }
}
