/**
 * The cache of step results, as the runner, the probe and `plan` use it.
 *
 * A result is found by what it depends on (cache-key.ts) and believed only once it is verified:
 * its file whole, its outputs as the kind's schema says, every artifact there with its digest.
 */
import path from 'node:path';
import type { ArtifactStore } from '../../artifacts/artifact.ts';
import { dataRootOf } from '../../artifacts/checkout-folder.ts';
import { digestOfFiles } from '../../data/sources/source-files.ts';
import { hashSource } from '../../data/sources/source-shards.ts';
import { isPipelineError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { decodeOutputs } from '../../spec/step-schemas.ts';
import type { StepInput } from '../step.ts';
import type { CacheEntry } from './cache-entry.ts';
import { CacheFolder } from './cache-folder.ts';
import { keyOf, PLATFORM, reduceInput, type KeyParts } from './cache-key.ts';
import { cacheabilityOf, type CacheRule } from './cacheable-kinds.ts';
import { CODE_ROOT, readCodeVersions, type CodeVersions } from './code-version.ts';
import { packageVersions, type PackageVersions } from './package-versions.ts';
import { findBrokenArtifact } from './verify-artifacts.ts';

export interface StepCacheOptions {
  readonly stateFolder: string;
  /** Folder that data paths are relative to. */
  readonly dataRoot: string;
  readonly store: ArtifactStore;
  /** The fingerprint of the backend that compute processes load; asked once, when first needed. */
  readonly askBackend: () => Promise<string>;
  /** Of the code on the disk. @default readCodeVersions */
  readonly codeVersions?: (() => CodeVersions) | undefined;
}

/** What a step's result depends on, before the step has run. */
export interface Prepared {
  readonly parts: KeyParts;
  readonly key: string;
  readonly rule: CacheRule;
}

export type Lookup =
  | { readonly type: 'hit'; readonly key: string; readonly entry: CacheEntry }
  /** `warning`: a result was kept, but cannot be believed. */
  | { readonly type: 'miss'; readonly prepared: Prepared; readonly warning: string | null }
  /** Never kept; the reason is for people. */
  | { readonly type: 'off'; readonly reason: string };

/** A result to keep; `backend` is the fingerprint of the one that really made it. */
export interface Made {
  readonly input: StepInput;
  readonly outputs: JsonObject;
  readonly backend: string | null;
}

export class StepCache {
  readonly folder: CacheFolder;
  readonly #options: StepCacheOptions;
  readonly #codeOnDisk: () => CodeVersions;
  /** Of the code that this process and its children were started from. */
  readonly #code: CodeVersions;
  readonly #packages = new Map<string, PackageVersions>();
  #backend: Promise<string> | null = null;

  constructor(options: StepCacheOptions) {
    this.#options = options;
    this.folder = new CacheFolder(options.stateFolder);
    this.#codeOnDisk = options.codeVersions ?? readCodeVersions;
    this.#code = this.#codeOnDisk();
  }

  /** Asks for the backend before it is needed. @throws PipelineError as `askBackend`. */
  async learnBackend(): Promise<void> {
    await this.#fingerprint();
  }

  /**
   * Looks for a result of a step.
   *
   * @param input  its `with` decoded against the kind's schema.
   * @param whole  digests verified just before; see findBrokenArtifact.
   * @throws PipelineError as `readSourceFile` for a file that the step could not read either;
   * `BACKEND_UNAVAILABLE`, `COMPUTE_CRASHED`; `STORE_UNWRITABLE` for what cannot be read.
   */
  async lookUp(input: StepInput, whole: Set<string> = new Set()): Promise<Lookup> {
    const prepared = await this.prepare(input);
    if ('reason' in prepared) return { type: 'off', reason: prepared.reason };
    const found = await this.findKept(prepared.key, whole);
    if (found === null || typeof found === 'string') {
      return { type: 'miss', prepared, warning: found };
    }
    return { type: 'hit', key: prepared.key, entry: found };
  }

  /** Tells the cache that a result was taken, for pruning and for the next comparison. */
  async noteUse(key: string, { run, step }: StepInput): Promise<void> {
    await this.folder.touch(key);
    await this.folder.noteLatest({ pipeline: run.pipeline, step }, key);
  }

  /** Everything that the result depends on, or why it is never kept. */
  async prepare({ kind, run, with: input }: StepInput): Promise<Prepared | { reason: string }> {
    const { rule, reason } = cacheabilityOf(kind);
    if (rule === undefined) return { reason };
    const refused = rule.refuses?.(input) ?? null;
    if (refused !== null) return { reason: refused };
    const code = this.#code[kind];
    if (code === undefined) return { reason: `the version of the code of ${kind} is not known` };
    const parts: KeyParts = {
      kind,
      code: code.digest,
      packages: this.#packagesOf(kind, code.packages),
      platform: PLATFORM,
      with: reduceInput(input, rule.irrelevant),
      files: await this.#digests(rule.files(input), run.commit),
      backend: rule.computes ? await this.#fingerprint() : null,
    };
    return { parts, key: keyOf(parts), rule };
  }

  /**
   * Keeps a result that was made by the code, the files and the backend that its key names.
   *
   * @returns why it is not kept, where one of these changed while the step ran.
   * @throws PipelineError `DISK_FULL`, `STORE_UNWRITABLE`
   */
  async keep({ parts, rule }: Prepared, made: Made): Promise<string | null> {
    const { input, outputs, backend } = made;
    if (backend !== parts.backend) {
      if (backend !== null) this.#backend = Promise.resolve(backend);
      return 'it was computed on another backend than expected';
    }
    if (this.#codeOnDisk()[parts.kind]?.digest !== parts.code) {
      return 'modelwright was built anew under this worker; start it again';
    }
    // `predict` reads a file or a part of a data set.
    const { fileDigest } = Object.keys(parts.files).length > 0 ? rule : {};
    if (fileDigest && fileDigest(outputs) !== digestOfFiles(parts.files)) {
      return 'the source changed while it was read, or named pictures, which are files of their own';
    }
    const { run, step } = input;
    const madeBy = { run: run.id, pipeline: run.pipeline, step, atMs: Date.now() };
    await this.folder.keep({ parts, outputs, madeBy });
    return null;
  }

  /**
   * A kept result that may be believed.
   *
   * @returns `null` if there is none; what is wrong with it, in words.
   */
  async findKept(key: string, whole: Set<string>): Promise<CacheEntry | string | null> {
    const entry = await this.folder.read(key);
    if (entry === null) return null;
    if (typeof entry === 'string') return `the kept result ${key.slice(0, 12)}: ${entry}`;
    const broken =
      schemaFault(entry) ?? (await findBrokenArtifact(entry.outputs, this.#options.store, whole));
    return broken === null ? entry : `the kept result ${key.slice(0, 12)}: ${broken}`;
  }

  #packagesOf(kind: string, names: readonly string[]): PackageVersions {
    const known = this.#packages.get(kind) ?? packageVersions(names, CODE_ROOT);
    this.#packages.set(kind, known);
    return known;
  }

  async #digests(files: readonly string[], commit: string | undefined) {
    const digests: Record<string, string> = {};
    for (const source of files) {
      const root = await dataRootOf({
        stateFolder: path.resolve(this.#options.stateFolder),
        project: path.resolve(this.#options.dataRoot),
        commit,
        source,
      });
      Object.assign(digests, await hashSource(root, source));
    }
    return digests;
  }

  #fingerprint(): Promise<string> {
    this.#backend ??= this.#options.askBackend().catch((error: unknown) => {
      // The next step asks again: a process that died is no answer.
      this.#backend = null;
      throw error;
    });
    return this.#backend;
  }
}

function schemaFault({ parts, outputs }: CacheEntry): string | null {
  try {
    decodeOutputs(parts.kind, outputs);
    return null;
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    return error.message;
  }
}
