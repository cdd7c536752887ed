/**
 * The model that is served, and how it changes while it is:
 *
 *     version n ──(the alias moves)──> version m is loaded beside it ──> version m
 *
 * A request keeps the version that it began with. A version that cannot be loaded is passed over:
 * the one before goes on, and the next look tries again.
 */
import { isPipelineError, type PipelineError } from '../errors.ts';
import { picturesInBase64 } from '../data/incoming/picture-cells.ts';
import {
  createRowEncoder,
  type RowEncoder,
  type RowEncoderOptions,
} from '../data/incoming/row-encoder.ts';
import { predictionOf, type Prediction } from '../predict/prediction.ts';
import { RemoteModel, type RemoteModelOptions } from '../predict/remote-model.ts';
import type { ModelRegistry, ModelVersion } from '../registry/model-registry.ts';
import { MicroBatcher, type BatcherOptions } from './micro-batcher.ts';

/** Of the rows of a pass: 16 MB. */
const MAX_PASS_VALUES = 2 ** 22;
/** Tokens of such a text take up to a second, and no other request is read meanwhile. */
export const MOST_TEXT_CHARACTERS = 2 ** 16;
const ROWS_OF_REQUESTS: RowEncoderOptions = {
  notation: 'json',
  pictures: picturesInBase64,
  texts: { each: MOST_TEXT_CHARACTERS, all: 2 ** 20 },
};

interface LoadedModel {
  readonly version: ModelVersion;
  readonly remote: RemoteModel;
}

/** One version, as requests use it. */
export interface LoadedVersion extends LoadedModel {
  readonly batcher: MicroBatcher;
  readonly encoder: RowEncoder;
  /** Of one request, and of one pass: rows of many values are fewer. */
  readonly maxRows: number;
}

export interface ServedModelOptions {
  readonly registry: ModelRegistry;
  readonly name: string;
  /** Or a version, which never moves. */
  readonly alias: string;
  readonly remote: RemoteModelOptions;
  readonly batching: Omit<BatcherOptions, 'onPass'>;
  /** Between two looks at the alias, in milliseconds. */
  readonly lookEveryMs: number;
  readonly note: (text: string) => void;
}

export class ServedModel {
  readonly #options: ServedModelOptions;
  #current: LoadedVersion;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;
  /** Passes through the model, of all versions so far. */
  passes = 0;
  /** Why the version that the alias names is not the one that is served. */
  problem: PipelineError | null = null;

  private constructor(options: ServedModelOptions, first: LoadedModel) {
    this.#options = options;
    this.#current = this.#start(first);
    this.#lookLater();
  }

  /** @throws PipelineError `MODEL_NOT_FOUND`, and as `RemoteModel`. */
  static async open(options: ServedModelOptions): Promise<ServedModel> {
    const { registry, name, alias } = options;
    const version = await registry.getModel(name, alias);
    return new ServedModel(options, await loadModel(version, options));
  }

  get current(): LoadedVersion {
    return this.#current;
  }

  /** Looks no more at the alias. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #start(model: LoadedModel): LoadedVersion {
    const { remote } = model;
    const onPass = () => (this.passes += 1);
    const { batching } = this.#options;
    const encoder = createRowEncoder(remote.input.encoders, ROWS_OF_REQUESTS);
    const maxRows = Math.min(
      batching.maxRows,
      Math.max(1, Math.floor(MAX_PASS_VALUES / Math.max(1, encoder.width))),
    );
    const passes = Math.ceil(batching.maxQueuedRows / batching.maxRows);
    const batcher = new MicroBatcher((x, rows) => remote.predict(x, rows), {
      ...batching,
      maxRows,
      maxQueuedRows: Math.min(batching.maxQueuedRows, passes * maxRows),
      onPass,
    });
    return { ...model, batcher, encoder, maxRows };
  }

  #lookLater(): void {
    // A number names a version, and versions never change.
    if (this.#isStopped || /^\d+$/.test(this.#options.alias)) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => this.#lookLater());
    }, this.#options.lookEveryMs);
  }

  async #look(): Promise<void> {
    const { registry, name, alias, note } = this.#options;
    try {
      const version = await registry.getModel(name, alias);
      if (version.version === this.#current.version.version) {
        this.problem = null;
        return;
      }
      this.#current = this.#start(await loadModel(version, this.#options));
      this.problem = null;
      note(`${name}@${alias} is version ${version.version} now`);
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      if (this.#isStopped) return;
      if (this.problem?.message !== error.message) {
        const kept = this.#current.version.version;
        note(`${name}@${alias} cannot be loaded anew, version ${kept} goes on: ${error.message}`);
      }
      this.problem = error;
    }
  }
}

async function loadModel(
  version: ModelVersion,
  { remote: options }: ServedModelOptions,
): Promise<LoadedModel> {
  const remote = await RemoteModel.open(version.model, options);
  await remote.warm();
  return { version, remote };
}

/** @param probabilities  `[rows, classes]`. */
export function predictionsOf(
  { remote }: LoadedVersion,
  probabilities: Float32Array,
): Prediction[] {
  const { classes } = remote.input;
  return Array.from({ length: probabilities.length / classes.length }, (_, row) =>
    predictionOf(classes, probabilities.subarray(row * classes.length, (row + 1) * classes.length)),
  );
}
