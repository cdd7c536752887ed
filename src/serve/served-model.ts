/**
 * The model that is served, and how it changes while it is:
 *
 *     version n ──(the alias moves)──> version m is loaded beside it ──> version m
 *
 * A request keeps the version that it began with. A version that cannot be loaded is passed over:
 * the one before goes on, and the next look tries again.
 */
import { isPipelineError, type PipelineError } from '../errors.ts';
import { createRowEncoder, type RowEncoder } from '../data/incoming/row-encoder.ts';
import { predictionOf, type Prediction } from '../predict/prediction.ts';
import { RemoteModel, type RemoteModelOptions } from '../predict/remote-model.ts';
import type { ModelRegistry, ModelVersion } from '../registry/model-registry.ts';
import { MicroBatcher, type BatcherOptions } from './micro-batcher.ts';

interface LoadedModel {
  readonly version: ModelVersion;
  readonly remote: RemoteModel;
}

/** One version, as requests use it. */
export interface LoadedVersion extends LoadedModel {
  readonly batcher: MicroBatcher;
  readonly encoder: RowEncoder;
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
    return {
      ...model,
      batcher: new MicroBatcher((x, rows) => remote.predict(x, rows), {
        ...this.#options.batching,
        onPass,
      }),
      encoder: createRowEncoder(remote.input.encoders, 'json'),
    };
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
