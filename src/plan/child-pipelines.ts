/** The pipelines that a pipeline's steps run, and those that these run. */
import { isPipelineError, type PipelineError, PipelineErrors } from '../errors.ts';
import { canonicalJson } from '../json.ts';
import type { Fault, Spec } from '../spec/spec.ts';
import { checkChildParams, type ChildParams } from './child-params.ts';
import type { Draft } from './draft-pipeline.ts';
import { pipelinePathFault } from './project-path.ts';
import type { Resolved } from './resolve-values.ts';

/**
 * Reads a pipeline file by its path in the project, or in the commit.
 *
 * @throws PipelineErrors as `loadSpec`, `SPEC_NOT_FOUND` where there is no such file.
 */
export type LoadPipeline = (file: string) => Spec;

/** Pipelines that run each other, one in the other. */
const MOST_LEVELS = 8;
/** Of one pipeline: each with other parameters counts. */
const MOST_DRAFTS = 1_000;
/** The plan holds their texts, and the server takes 2 MB. */
const MOST_TEXT_BYTES = 1_048_576;

/** What all levels of one compilation share. */
interface Shared {
  readonly load: LoadPipeline;
  readonly specs: Map<string, Spec | PipelineError>;
  readonly drafts: Map<string, Draft>;
  /** What is wrong in other files than the first. */
  readonly errors: PipelineError[];
  textBytes: number;
}

/** Drafts a pipeline; given by the caller, for drafting and children need each other. */
export type DraftChild = (
  spec: Spec,
  params: ChildParams,
  children: ChildPipelines,
) => { readonly draft: Draft; readonly errors: readonly PipelineError[] };

export interface ChildRun {
  /** `null` where it could not be read. */
  readonly draft: Draft | null;
  /** Paths inside the step's `with`. */
  readonly faults: readonly Fault[];
}

export class ChildPipelines {
  readonly #shared: Shared;
  /** Files of the pipelines that this one is run by, and its own; the first is not known. */
  readonly #chain: readonly string[];
  readonly #draftChild: DraftChild;

  private constructor(shared: Shared, chain: readonly string[], draftChild: DraftChild) {
    this.#shared = shared;
    this.#chain = chain;
    this.#draftChild = draftChild;
  }

  static of(load: LoadPipeline, draftChild: DraftChild): ChildPipelines {
    const shared = { load, specs: new Map(), drafts: new Map(), errors: [], textBytes: 0 };
    return new ChildPipelines(shared, [], draftChild);
  }

  /** What is wrong in the files of children, theirs included. */
  get errors(): readonly PipelineError[] {
    return this.#shared.errors;
  }

  /** By path; those that could be read. */
  get texts(): ReadonlyMap<string, string> {
    return new Map(
      [...this.#shared.specs].flatMap(([file, spec]) =>
        isPipelineError(spec) ? [] : [[file, spec.text] as const],
      ),
    );
  }

  /** @param given  `with` of a step of the kind `pipeline` */
  run(given: Resolved): ChildRun {
    const file = (given.value as { readonly file?: unknown }).file;
    if (typeof file !== 'string') return { draft: null, faults: [] };
    if (given.holes.has('/file') || given.paramsAt.has('/file')) {
      return refuse('EXPRESSION_INVALID', '`file` must be written out: it is read before a run');
    }
    const wrong = pipelinePathFault(file);
    if (wrong !== null) {
      const remedy = 'name a file of the project, such as pipelines/train.yaml';
      return refuse('SPEC_INVALID', `\`file\` is refused: ${wrong}`, remedy);
    }
    if (this.#chain.includes(file)) {
      const round = [...this.#chain.slice(this.#chain.indexOf(file)), file].join(' runs ');
      return refuse('CYCLE', `the pipeline runs itself: ${round}`, 'remove one of these steps');
    }
    return this.#runFile(file, given);
  }

  #runFile(file: string, given: Resolved): ChildRun {
    const spec = this.#specOf(file);
    if (isPipelineError(spec)) {
      if (spec.code !== 'SPEC_NOT_FOUND') return { draft: null, faults: [] };
      return refuse('SPEC_NOT_FOUND', `the pipeline "${file}" cannot be read: ${spec.message}`);
    }
    const params = checkChildParams(spec, given);
    const tooMuch = this.#limit(file);
    if (tooMuch !== null) return refuse('SPEC_LIMIT', tooMuch, 'make it fewer');
    const draft = this.#chain.length < MOST_LEVELS ? this.#draftOf(file, spec, params) : null;
    // One that was drafted for another step may be too deep below this one.
    if (draft && this.#chain.length + draft.levels <= MOST_LEVELS) {
      return { draft, faults: params.faults };
    }
    const message = `pipelines run each other more than ${MOST_LEVELS} levels deep`;
    return refuse('SPEC_LIMIT', message, 'run some of them side by side');
  }

  #limit(file: string): string | null {
    const { drafts, textBytes } = this.#shared;
    if (drafts.size >= MOST_DRAFTS) {
      return `it runs more than ${MOST_DRAFTS} pipelines with different parameters`;
    }
    if (textBytes <= MOST_TEXT_BYTES) return null;
    return `with "${file}", the pipelines that it runs have more than 1 MB together`;
  }

  #specOf(file: string): Spec | PipelineError {
    const { specs, load, errors } = this.#shared;
    const known = specs.get(file);
    if (known) return known;
    const found = attempt(() => load(file));
    specs.set(file, found);
    if (!isPipelineError(found)) this.#shared.textBytes += Buffer.byteLength(found.text);
    else if (found.code !== 'SPEC_NOT_FOUND') {
      errors.push(...(found instanceof PipelineErrors ? found.errors : [found]));
    }
    return found;
  }

  #draftOf(file: string, spec: Spec, params: ChildParams): Draft {
    const { drafts, errors } = this.#shared;
    const key = canonicalJson([file, params.values, [...params.later].sort()]);
    const known = drafts.get(key);
    if (known) return known;
    const inner = new ChildPipelines(this.#shared, [...this.#chain, file], this.#draftChild);
    const { draft, errors: found } = this.#draftChild(spec, params, inner);
    drafts.set(key, draft);
    errors.push(...found);
    return draft;
  }
}

function attempt(load: () => Spec): Spec | PipelineError {
  try {
    return load();
  } catch (error) {
    if (isPipelineError(error)) return error;
    throw error;
  }
}

function refuse(code: Fault['code'], message: string, remedy?: string): ChildRun {
  const fault: Fault = {
    ...{ code, path: ['file'], at: 'value', message },
    ...(remedy !== undefined && { remedy }),
  };
  return { draft: null, faults: [fault] };
}
