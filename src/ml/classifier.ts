/** Any model as one thing to ask: rows in, class probabilities out. */
import type * as tf from '@tensorflow/tfjs';
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { loadBackend } from './backend.ts';
import { decodeModel } from './decode-model.ts';
import { FusedClassifier } from './fused-classifier.ts';
import {
  ChainClassifier,
  passProbabilities,
  type PassedValues,
} from './fusion/chain-classifier.ts';
import { CascadeClassifier } from './fusion/cascade-classifier.ts';
import { decodeFloat32, encodeFloat32 } from '../data/tensor-bytes.ts';
import { inferLayers, inputsOf } from './architectures/infer-shapes.ts';
import { initialWeights } from './architectures/initial-weights.ts';
import { openFeatures } from './fusion/open-features.ts';
import { StackedClassifier } from './fusion/stacked-classifier.ts';
import { TemperatureClassifier } from './fusion/temperature-classifier.ts';
import { loadForeign } from './imports/closed/load-foreign.ts';
import type {
  FusionManifest,
  FusionRule,
  InputContract,
  ModelManifest,
  NetworkManifest,
} from './model.ts';
import { restoreNetwork, type Network } from './network.ts';
import { runInBatches } from './run-in-batches.ts';

export interface Classifier {
  readonly classes: readonly string[];
  /** Of one row. */
  readonly inputShape: readonly number[];
  /** Where the model is one network: its layers, and its scores before the softmax. */
  readonly network?: Network;

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

/**
 * Loads a network, an imported model or a fusion with all its members, and the tensor backend.
 *
 * @throws PipelineError `MODEL_INVALID` for a malformed manifest or weights that do not fit it;
 * `SPEC_UNSUPPORTED` for a model that writes a text;
 * `BACKEND_UNAVAILABLE` without the runtime of an imported model;
 * `ARTIFACT_NOT_FOUND` and `ARTIFACT_CORRUPT` as the store.
 */
export async function loadClassifier(
  store: ArtifactStore,
  ref: ArtifactRef,
): Promise<LoadedClassifier> {
  await loadBackend();
  return loadNested({ store, weightsOf: ({ weights }) => store.get(weights) }, ref, 0);
}

/**
 * The same model with weights that were drawn anew in every network of it, as before any training.
 *
 * @throws PipelineError as `loadClassifier`; `SPEC_UNSUPPORTED` for an imported model of which only
 * the answers are known.
 */
export async function loadUntrained(
  store: ArtifactStore,
  ref: ArtifactRef,
  seed: number,
): Promise<Classifier> {
  await loadBackend();
  const weightsOf: Sources['weightsOf'] = ({ architecture }) => {
    const { layers } = architecture;
    const shapes = inferLayers({ inputs: inputsOf(architecture), layers });
    return Promise.resolve(encodeFloat32(initialWeights(shapes, seed)));
  };
  return (await loadNested({ store, weightsOf, networksOnly: true }, ref, 0)).classifier;
}

/** Where a model's parts come from. */
interface Sources {
  readonly store: ArtifactStore;
  readonly weightsOf: (network: NetworkManifest) => Promise<Uint8Array>;
  readonly networksOnly?: boolean;
}

async function loadNested(
  sources: Sources,
  ref: ArtifactRef,
  depth: number,
): Promise<LoadedClassifier> {
  if (depth > MAX_NESTING) {
    throw new PipelineError('MODEL_INVALID', `Fusions are nested deeper than ${MAX_NESTING}`);
  }
  const { store } = sources;
  const manifest = decodeModel(await store.getJson<Json>(ref));
  if (manifest.input.labelShape) throw writesText();
  if (manifest.type === 'network') {
    const network = restoreNetwork(manifest.architecture, await sources.weightsOf(manifest));
    return { classifier: new NetworkClassifier(network, manifest.input.classes), manifest };
  }
  if (manifest.type === 'foreign') {
    if (sources.networksOnly === true) throw hasNoWeights();
    return { classifier: await loadForeign(store, manifest), manifest };
  }
  if (manifest.method === 'chain') {
    return { classifier: await loadChain(sources, manifest, depth), manifest };
  }
  const members: Classifier[] = [];
  try {
    for (const member of manifest.members) {
      members.push((await loadNested(sources, member, depth + 1)).classifier);
    }
    return { classifier: joinMembers(manifest, members), manifest };
  } catch (error) {
    members.forEach((member) => member.dispose());
    throw error;
  }
}

function hasNoWeights(): PipelineError {
  return new PipelineError(
    'SPEC_UNSUPPORTED',
    'The model is an imported one, or has one in it, whose weights cannot be drawn anew',
    { remedy: 'ask for no randomised weights' },
  );
}

function writesText(): PipelineError {
  return new PipelineError(
    'SPEC_UNSUPPORTED',
    'The model writes a text, and this needs one that gives probabilities of classes',
    { remedy: 'use the steps `predict` and `audit` with such a model' },
  );
}

/** All fusions but a chain, whose members do not read the same. */
export type ParallelFusion = Exclude<FusionRule, { method: 'chain' }> & {
  readonly input: InputContract;
};

/** @param members  owned by what is returned. */
export function joinMembers(fusion: ParallelFusion, members: readonly Classifier[]): Classifier {
  switch (fusion.method) {
    case 'cascade':
      return new CascadeClassifier(fusion, members);
    case 'temperature':
      return new TemperatureClassifier(fusion, members);
    case 'stacking':
      return new StackedClassifier(fusion, members);
    default:
      return new FusedClassifier(fusion, members);
  }
}

async function loadChain(
  sources: Sources,
  { input, members, layer }: Extract<FusionManifest, { method: 'chain' }>,
  depth: number,
): Promise<Classifier> {
  const [from, to] = members as [ArtifactRef, ArtifactRef];
  const loaded = await loadNested(sources, from, depth + 1);
  const opened: { dispose(): void }[] = [loaded.classifier];
  try {
    let first: PassedValues = passProbabilities(loaded.classifier);
    if (layer !== undefined) {
      loaded.classifier.dispose();
      opened.pop();
      first = await loadFeatures(sources, loaded.manifest, layer);
      opened.push(first);
    }
    const { classifier: second } = await loadNested(sources, to, depth + 1);
    opened.push(second);
    return new ChainClassifier(input, { first, second });
  } catch (error) {
    opened.forEach((one) => one.dispose());
    throw error;
  }
}

async function loadFeatures(sources: Sources, from: ModelManifest, layer: string) {
  if (from.type === 'network') {
    return openFeatures(from.architecture, decodeFloat32(await sources.weightsOf(from)), layer);
  }
  throw new PipelineError('MODEL_INVALID', `a chain passes the layer "${layer}" of a fusion`, {
    remedy: 'pass its probabilities, or name a network',
  });
}

/** Owns its network. */
export class NetworkClassifier implements Classifier {
  readonly classes: readonly string[];
  readonly inputShape: readonly number[];
  readonly network: Network;

  constructor(network: Network, classes: readonly string[]) {
    this.network = network;
    this.classes = classes;
    this.inputShape = network.architecture.inputShape;
  }

  predict(x: Float32Array, rows: number): Promise<Float32Array> {
    const { network } = this;
    const compute = (some: tf.Tensor) => network.forward(some);
    return runInBatches({ network, compute, x, rows });
  }

  probabilities(x: tf.Tensor): tf.Tensor2D {
    return this.network.forward(x);
  }

  dispose(): void {
    this.network.dispose();
  }
}
