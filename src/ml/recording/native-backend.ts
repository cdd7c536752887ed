/** What is used of tfjs-node's backend beyond what tfjs knows of all backends. */
import * as tf from '@tensorflow/tfjs';
import type { GraphAttribute } from './encode-saved-model.ts';

/** Of an operation's output. */
export interface OutputMetadata {
  /** Of the handle. */
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export type TensorValues = Float32Array | Int32Array | Uint8Array;

export interface NativeBinding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  /** Shares the memory of typed arrays. @returns the id of a handle */
  createTensor(shape: readonly number[], dtype: number, values: TensorValues): number;
  deleteTensor(id: number): void;
  executeOp(
    name: string,
    attributes: readonly GraphAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): OutputMetadata[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** @param inputNames, outputNames  `name:output`, separated by commas. */
  runSavedModel(
    id: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ): OutputMetadata[];
}

export interface NativeBackend {
  binding: NativeBinding;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(metadata: OutputMetadata): tf.Tensor;
}

/** @returns `undefined` where another backend is active. */
export function nativeBackend(): NativeBackend | undefined {
  if (tf.getBackend() !== 'tensorflow') return undefined;
  return tf.backend() as unknown as NativeBackend;
}
