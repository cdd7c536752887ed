/** A model in a compute process, which keeps it loaded between batches. */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import type { ComputePool } from '../compute/pool.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { decodeModel } from '../ml/decode-model.ts';
import type { InputContract } from '../ml/model.ts';
import { packFloats, unpackFloats, type PredictJob } from './predict-job.ts';

export interface RemoteModelOptions {
  readonly pool: ComputePool;
  readonly store: ArtifactStore;
  /** Where `store` lies, for the process that computes. */
  readonly storeFolder: string;
  readonly signal: AbortSignal;
}

export class RemoteModel {
  readonly ref: ArtifactRef;
  /** How rows become its input, and its classes. */
  readonly input: InputContract;
  readonly #options: RemoteModelOptions;

  private constructor(ref: ArtifactRef, input: InputContract, options: RemoteModelOptions) {
    this.ref = ref;
    this.input = input;
    this.#options = options;
  }

  /**
   * Reads what the model takes and gives; its weights are loaded with the first batch.
   *
   * @throws PipelineError `MODEL_INVALID`, `ARTIFACT_NOT_FOUND`, `ARTIFACT_CORRUPT`.
   */
  static async open(ref: ArtifactRef, options: RemoteModelOptions): Promise<RemoteModel> {
    const { input } = decodeModel(await options.store.getJson<Json>(ref));
    return new RemoteModel(ref, input, options);
  }

  /** Loads the weights ahead of the first batch. @throws PipelineError as `predict`. */
  async warm(): Promise<void> {
    await this.predict(new Float32Array(0), 0);
  }

  /**
   * @param x  `[rows, width]`.
   * @returns `[rows, classes]`.
   * @throws PipelineError `MODEL_INVALID`, `SHAPE_MISMATCH`, `BACKEND_UNAVAILABLE`,
   * `COMPUTE_CRASHED`, `CANCELLED`.
   */
  async predict(x: Float32Array, rows: number): Promise<Float32Array> {
    const { pool, storeFolder, signal } = this.#options;
    const job: PredictJob = {
      type: 'predict',
      storeFolder,
      model: this.ref,
      rows,
      x: packFloats(x),
    };
    const answer = await pool.run(
      { name: 'predict', payload: { ...job } as unknown as Json },
      { signal },
    );
    const values = typeof answer === 'string' ? unpackFloats(answer) : null;
    if (values?.length === rows * this.input.classes.length) return values;
    throw new PipelineError(
      'INTERNAL',
      `the compute process gave no probabilities of ${rows} rows`,
    );
  }
}
