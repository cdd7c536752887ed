/** The pipelines of a commit that its other pipelines run. */
import { PipelineError, PipelineErrors } from '../errors.ts';
import type { LoadPipeline } from '../plan/child-pipelines.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import type { Spec } from '../spec/spec.ts';
import type { PipelineSource, SourceFile } from './catalogue.ts';
import { labelOf, LARGEST_FILE_BYTES } from './pipeline-label.ts';
import { pipelineText } from './pipeline-text.ts';

/** Blob ids by path. */
export type ChildBlobs = Readonly<Record<string, string>>;

/**
 * Reads such pipelines while others are compiled, which waits for nothing: what is not there yet is
 * noted, read between two tries, and tried again.
 */
export class ChildPipelineReader {
  readonly #source: PipelineSource;
  readonly #files: ReadonlyMap<string, SourceFile>;
  readonly #contents: Map<string, Uint8Array>;
  readonly #specs = new Map<string, Spec>();
  #missing = new Set<string>();
  #used = new Map<string, string>();

  /** @param contents  what was read already, by blob */
  constructor(source: PipelineSource, contents: ReadonlyMap<string, Uint8Array>) {
    this.#source = source;
    this.#files = new Map(source.files.map((file) => [file.path, file]));
    this.#contents = new Map(contents);
  }

  blobOf(path: string): string | undefined {
    return this.#files.get(path)?.blob;
  }

  /**
   * @returns what `perform` gives and the pipelines that it read, or `null` where it must be tried
   * again after `fetch`
   */
  attempt<Result>(
    perform: (load: LoadPipeline) => Result,
  ): { readonly result: Result; readonly used: ChildBlobs } | null {
    const before = this.#missing.size;
    this.#used = new Map();
    const result = perform((path) => this.#load(path));
    const isWhole = this.#missing.size === before;
    return isWhole ? { result, used: Object.fromEntries(this.#used) } : null;
  }

  /** Reads what was missing. */
  async fetch(): Promise<void> {
    const sizes = await this.#source.sizes([...this.#missing]);
    const small = new Map([...sizes].filter(([, size]) => size <= LARGEST_FILE_BYTES));
    const found = await this.#source.read(small);
    for (const blob of this.#missing) this.#contents.set(blob, found.get(blob) ?? TOO_LARGE);
    this.#missing = new Set();
  }

  #load(path: string): Spec {
    const file = this.#files.get(path);
    const label = labelOf(this.#source.commit, path);
    if (!file) throw failure('SPEC_NOT_FOUND', 'there is no such file', label);
    if (!file.isRegular) throw failure('SPEC_NOT_FOUND', 'this is not a regular file', label);
    const bytes = this.#contents.get(file.blob);
    if (!bytes) {
      this.#missing.add(file.blob);
      throw failure('SPEC_NOT_FOUND', 'it is not read yet', label);
    }
    if (bytes === TOO_LARGE) throw failure('SPEC_LIMIT', 'the file is larger than 1 MB', label);
    this.#used.set(path, file.blob);
    const known = this.#specs.get(path);
    if (known) return known;
    const spec = parseSpec(pipelineText(bytes, label), label);
    this.#specs.set(path, spec);
    return spec;
  }
}

const TOO_LARGE = new Uint8Array();

function failure(code: 'SPEC_NOT_FOUND' | 'SPEC_LIMIT', message: string, label: string) {
  const location = { file: label, line: 1, column: 1 };
  return new PipelineErrors([new PipelineError(code, message, { location })]);
}

/** The texts of pipelines that a good pipeline runs, by path. */
export async function readChildTexts(
  source: PipelineSource,
  pipelines: ChildBlobs,
): Promise<Readonly<Record<string, string>>> {
  const blobs = [...new Set(Object.values(pipelines))];
  // Most run none, and to ask git takes a process.
  if (blobs.length === 0) return {};
  const contents = await source.read(await source.sizes(blobs));
  return Object.fromEntries(
    Object.entries(pipelines).map(([path, blob]) => [
      path,
      pipelineText(contents.get(blob) ?? TOO_LARGE, labelOf(source.commit, path)),
    ]),
  );
}

/** Reads them from texts. */
export const loadFromTexts =
  (texts: Readonly<Record<string, string>>, commit: string | null): LoadPipeline =>
  (path) => {
    const text = Object.hasOwn(texts, path) ? texts[path] : undefined;
    const label = labelOf(commit, path);
    if (text === undefined) throw failure('SPEC_NOT_FOUND', 'there is no such file', label);
    return parseSpec(text, label);
  };
