import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { encodeSavedModel, SERVING_TAG } from './encode-saved-model.ts';
import { type FeedValues, type Feeds, type PassData, tensorOf } from './feeds.ts';
import { type NativeBackend, nativeBackend } from './native-backend.ts';
import { OperationRecorder } from './operation-recorder.ts';

export interface Recording {
  /** Whose values the recording is made with. */
  readonly pass: PassData;
  /** Given anew at each run, as tensors. */
  readonly inputs: readonly tf.Tensor[];
  /** Changes nothing, and reads no values. @returns the outputs, which are disposed of */
  readonly compute: (feeds: Feeds) => readonly tf.Tensor[];
}

interface Feed {
  readonly name: string;
  readonly shape: readonly number[];
  readonly valuesOf: FeedValues;
}

/**
 * A computation that was recorded operation by operation, and runs as one call of TensorFlow: it
 * drops what nobody reads, joins operations, writes into memory that is free again and computes
 * independent operations at once, none of which it can do for operations that come one by one.
 *
 * tfjs-node can run a SavedModel, so the recording is written as one, without variables.
 */
export class RecordedGraph {
  readonly #backend: NativeBackend;
  readonly #session: number;
  /** Positions in the inputs of the recording: those that an output depends on. */
  readonly #inputs: readonly number[];
  readonly #feeds: readonly Feed[];
  readonly #inputNames: string;
  readonly #outputNames: string;

  /** Computes once, and throws the outputs away. The native backend must be active. */
  constructor({ pass, inputs, compute }: Recording) {
    const backend = nativeBackend() as NativeBackend;
    const recorder = new OperationRecorder(backend);
    const names = inputs.map((input) => recorder.input(input));
    const feeds: Feed[] = [];
    const outputs = tf.tidy(() => {
      const made = recorder.record(() => compute(recordFeeds(pass, recorder, feeds)));
      const references = made.map((output) => recorder.referenceOf(output));
      tf.dispose([...made]);
      return references;
    });
    const nodes = recorder.nodesFor(outputs);
    const isUsed = (name: string): boolean => nodes.some((node) => node.name === name);
    this.#backend = backend;
    this.#inputs = names.flatMap((name, at) => (isUsed(name) ? [at] : []));
    this.#feeds = feeds.filter(({ name }) => isUsed(name));
    const given = [
      ...this.#inputs.map((at) => names[at] as string),
      ...this.#feeds.map(({ name }) => name),
    ];
    this.#inputNames = given.map((name) => `${name}:0`).join(',');
    this.#outputNames = outputs.map((name) => (name.includes(':') ? name : `${name}:0`)).join(',');
    this.#session = load(backend, encodeSavedModel(nodes));
  }

  /**
   * @param inputs  as those of the recording, in shape and order.
   * @returns the outputs; they belong to the open `tf.tidy`.
   */
  run(pass: PassData, inputs: readonly tf.Tensor[]): tf.Tensor[] {
    const { binding } = this.#backend;
    const given = this.#inputs.map((at) => inputs[at] as tf.Tensor);
    const fed: number[] = [];
    try {
      for (const { shape, valuesOf } of this.#feeds) fed.push(this.#hand(shape, valuesOf(pass)));
      const ids = [...this.#backend.getInputTensorIds(given), ...fed];
      return binding
        .runSavedModel(this.#session, ids, this.#inputNames, this.#outputNames)
        .map((output) => this.#backend.createOutputTensor(output));
    } finally {
      for (const id of fed) binding.deleteTensor(id);
    }
  }

  dispose(): void {
    this.#backend.binding.deleteSavedModel(this.#session);
  }

  #hand(shape: readonly number[], values: Float32Array | Int32Array): number {
    const { binding } = this.#backend;
    const dtype = values instanceof Int32Array ? binding.TF_INT32 : binding.TF_FLOAT;
    return binding.createTensor(shape, dtype, values);
  }
}

function recordFeeds(pass: PassData, recorder: OperationRecorder, feeds: Feed[]): Feeds {
  return {
    pass,
    isRecorded: true,
    tensor: (shape, valuesOf) => {
      const tensor = tensorOf(valuesOf(pass), shape);
      feeds.push({ name: recorder.input(tensor), shape: [...shape], valuesOf });
      return tensor;
    },
  };
}

/** @returns the id of the session. */
function load({ binding }: NativeBackend, bytes: Uint8Array): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-graph-'));
  try {
    writeFileSync(path.join(folder, 'saved_model.pb'), bytes);
    return binding.loadSavedModel(folder, SERVING_TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
