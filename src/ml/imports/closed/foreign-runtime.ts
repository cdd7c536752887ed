/** What computes a model that is not ours. */
import type { ClosedFormat } from '../../model.ts';
import { openGraphModel } from './graph-model.ts';
import { openOnnx } from './onnx.ts';
import { openSavedModel } from './saved-model.ts';

export interface ForeignPort {
  readonly name: string;
  /** Without the batch axis; `null` where any size is taken. */
  readonly shape: readonly (number | null)[];
}

export interface Feed {
  readonly name: string;
  /** With the batch axis. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Answer {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface ForeignRuntime {
  readonly inputs: readonly ForeignPort[];
  /** Names of its outputs. */
  readonly outputs: readonly string[];
  /** The one number of rows that it takes at once; `null` for any. */
  readonly batch: number | null;

  /**
   * @param feeds  one for each input, in their order.
   * @returns what the output of this name gives.
   * @throws PipelineError `MODEL_INVALID` if the model fails on them.
   */
  run(feeds: readonly Feed[], output: string): Promise<Answer>;

  dispose(): void;
}

export interface RuntimeFiles {
  /** By path within the model's folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Of a SavedModel. */
  readonly signature?: string | undefined;
}

/**
 * Loads a model into its runtime; await `loadBackend` first.
 *
 * @throws PipelineError `MODEL_INVALID` for files that the runtime refuses; `MODEL_UNSUPPORTED` for
 * operations that reach beyond the model; `BACKEND_UNAVAILABLE` without the runtime.
 */
export function openForeignRuntime(
  format: ClosedFormat,
  files: RuntimeFiles,
): Promise<ForeignRuntime> {
  switch (format) {
    case 'graph-model':
      return openGraphModel(files);
    case 'saved-model':
      return openSavedModel(files);
    case 'onnx':
      return openOnnx(files);
  }
}
