/** Any model as one thing to ask: rows in, class probabilities out. */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { productOf } from './architectures/infer-shapes.ts';
import { loadBackend } from './backend.ts';
import { decodeModel } from './decode-model.ts';
import { FusedClassifier } from './fused-classifier.ts';
import { CascadeClassifier } from './fusion/cascade-classifier.ts';
import { StackedClassifier } from './fusion/stacked-classifier.ts';
import { loadForeign } from './imports/closed/load-foreign.ts';
import type { FusionManifest, ModelManifest } from './model.ts';
import { restoreNetwork, type Network } from './network.ts';

export interface Classifier {
  readonly classes: readonly string[];
  /** Of one row. */
  readonly inputShape: readonly number[];

  /**
   * Probabilities, computed in batches; a row's do not depend on the rows beside it.
   *
   * @param x  `[rows, ...inputShape]`, row after row.
   * @returns `[rows, classes]`; each row sums to 1.
   * @throws PipelineError `SHAPE_MISMATCH` if `x` has another number of values.
   */
  predict(x: Float32Array, rows: number): Promise<Float32Array>;

  /**
   * Probabilities that can be differentiated by `x`; for a vote, see `FusedClassifier`.
   *
   * @param x  `[rows, ...inputShape]`.
   * @returns `[rows, classes]`; the caller disposes.
   */
  probabilities(x: tf.Tensor): tf.Tensor2D;

  dispose(): void;
}

export interface LoadedClassifier {
  /** The caller disposes. */
  readonly classifier: Classifier;
  readonly manifest: ModelManifest;
}

/** Fusions of fusions end here, far above any that a pipeline makes. */
const MAX_NESTING = 4;
const MAX_BATCH = 4096;
/**
 * Kernels take rows in packets and the rest one by one, which rounds otherwise. Whole packets give
 * a row the same bits whoever stands beside it: in a part, in a file, alone in a request.
 */
const PACKET_ROWS = 8;
/** Values of the largest activation of a batch: 64 MB. */
const MAX_BATCH_VALUES = 2 ** 24;

/**
 * Loads a network, an imported model or a fusion with all its members, and the tensor backend.
 *
 * @throws PipelineError `MODEL_INVALID` for a malformed manifest or weights that do not fit it;
 * `BACKEND_UNAVAILABLE` without the runtime of an imported model;
 * `ARTIFACT_NOT_FOUND` and `ARTIFACT_CORRUPT` as the store.
 */
export async function loadClassifier(
  store: ArtifactStore,
  ref: ArtifactRef,
): Promise<LoadedClassifier> {
  await loadBackend();
  return loadNested(store, ref, 0);
}

async function loadNested(
  store: ArtifactStore,
  ref: ArtifactRef,
  depth: number,
): Promise<LoadedClassifier> {
  if (depth > MAX_NESTING) {
    throw new PipelineError('MODEL_INVALID', `Fusions are nested deeper than ${MAX_NESTING}`);
  }
  const manifest = decodeModel(await store.getJson<Json>(ref));
  if (manifest.type === 'network') {
    const network = restoreNetwork(manifest.architecture, await store.get(manifest.weights));
    return { classifier: new NetworkClassifier(network, manifest.input.classes), manifest };
  }
  if (manifest.type === 'foreign') {
    return { classifier: await loadForeign(store, manifest), manifest };
  }
  const members: Classifier[] = [];
  try {
    for (const member of manifest.members) {
      members.push((await loadNested(store, member, depth + 1)).classifier);
    }
    return { classifier: joinMembers(manifest, members), manifest };
  } catch (error) {
    members.forEach((member) => member.dispose());
    throw error;
  }
}

function joinMembers(fusion: FusionManifest, members: readonly Classifier[]): Classifier {
  switch (fusion.method) {
    case 'cascade':
      return new CascadeClassifier(fusion, members);
    case 'stacking':
      return new StackedClassifier(fusion, members);
    default:
      return new FusedClassifier(fusion, members);
  }
}

/** Owns its network. */
export class NetworkClassifier implements Classifier {
  readonly classes: readonly string[];
  readonly inputShape: readonly number[];
  readonly #network: Network;

  constructor(network: Network, classes: readonly string[]) {
    this.#network = network;
    this.classes = classes;
    this.inputShape = network.architecture.inputShape;
  }

  async predict(x: Float32Array, rows: number): Promise<Float32Array> {
    const width = productOf(this.inputShape);
    requireRows(x, { rows, width });
    const all = new Float32Array(rows * this.classes.length);
    const batch = this.#batchRows();
    for (let start = 0; start < rows; start += batch) {
      const end = Math.min(start + batch, rows);
      all.set(
        this.#predictBatch(x.subarray(start * width, end * width)),
        start * this.classes.length,
      );
      // Lets heartbeats and cancellations through between batches.
      await setImmediate();
    }
    return all;
  }

  probabilities(x: tf.Tensor): tf.Tensor2D {
    return this.#network.forward(x);
  }

  dispose(): void {
    this.#network.dispose();
  }

  #predictBatch(x: Float32Array): Float32Array {
    const width = productOf(this.inputShape);
    const rows = x.length / width;
    const packed = Math.ceil(rows / PACKET_ROWS) * PACKET_ROWS;
    const filled = packed === rows ? x : withZeros(x, packed * width);
    const output = tf.tidy(() =>
      this.#network.forward(tf.tensor(filled, [packed, ...this.inputShape])),
    );
    try {
      return output.dataSync<'float32'>().subarray(0, rows * this.classes.length);
    } finally {
      output.dispose();
    }
  }

  #batchRows(): number {
    const sizes = this.#network.shapes.map(({ activations }) => activations);
    const largest = Math.max(productOf(this.inputShape), ...sizes);
    const rows = Math.min(MAX_BATCH, Math.floor(MAX_BATCH_VALUES / largest));
    return Math.max(PACKET_ROWS, rows - (rows % PACKET_ROWS));
  }
}

function withZeros(x: Float32Array, length: number): Float32Array {
  const filled = new Float32Array(length);
  filled.set(x);
  return filled;
}

function requireRows(x: Float32Array, { rows, width }: { rows: number; width: number }): void {
  if (x.length === rows * width) return;
  throw new PipelineError(
    'SHAPE_MISMATCH',
    `${rows} rows of ${width} values need ${rows * width} values, got ${x.length}`,
  );
}
