/** Models made anew on a part of the training rows, as they were made, to answer for the others. */
import path from 'node:path';
import type { ArtifactRef } from '../../artifacts/artifact.ts';
import type { DatasetManifest } from '../../data/dataset.ts';
import { PipelineError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { loadBackend } from '../../ml/backend.ts';
import {
  type Classifier,
  joinMembers,
  loadClassifier,
  NetworkClassifier,
  type ParallelFusion,
} from '../../ml/classifier.ts';
import { decodeModel } from '../../ml/decode-model.ts';
import {
  appendPassed,
  ChainClassifier,
  passProbabilities,
  type PassedValues,
} from '../../ml/fusion/chain-classifier.ts';
import { fitStacking } from '../../ml/fusion/fit-stacking.ts';
import { answerOutOfFold, assignFolds } from '../../ml/fusion/fold-rows.ts';
import { openFeatures } from '../../ml/fusion/open-features.ts';
import type {
  Architecture,
  FusionManifest,
  NetworkManifest,
  StackingModel,
} from '../../ml/model.ts';
import { buildNetwork, type Network } from '../../ml/network.ts';
import { MemoryRows } from '../../ml/training/memory-rows.ts';
import type { Rows } from '../../ml/training/rows.ts';
import { trainDurably } from '../durable-training.ts';
import { predictRows } from '../model-on-data.ts';
import type { FuseStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import { ownTraining } from './own-training.ts';

/** A name is that of the checkpoints: the same for the same work, in every attempt. */
export interface NamedRows {
  readonly rows: Rows;
  readonly name: string;
}

export interface TrainedAnew {
  /** The caller's. */
  readonly network: Network;
  readonly weights: ArtifactRef;
}

export interface ChainStart {
  readonly first: ArtifactRef;
  /** Of the first, a network. @default its probabilities are passed */
  readonly layer?: string | undefined;
}

export interface ChainLesson {
  readonly rows: Rows;
  /** The first as it stays in the chain, the caller's; `null`: the first that was given. */
  readonly network: TrainedAnew | null;
}

type Chain = Extract<FusionManifest, { method: 'chain' }>;

/**
 * A network is its architecture trained from its own initial weights. A fusion is the same rule over
 * its members made anew; stacking and chains learn anew from answers out of folds of these rows, so
 * that nothing that a row is asked about has seen its label. Weights and thresholds that a fusion
 * took from the validation part stay: no training row had a say in them.
 */
export class Retraining {
  readonly #input: FuseStep['with'];
  readonly #manifest: DatasetManifest;
  readonly #context: StepContext;

  constructor(input: FuseStep['with'], manifest: DatasetManifest, context: StepContext) {
    this.#input = input;
    this.#manifest = manifest;
    this.#context = context;
  }

  /** @returns `[rows, classes]`, each row from a model that was made without it. */
  async outOfFold(model: ArtifactRef, { rows, name }: NamedRows): Promise<Float32Array> {
    const { folds = 5, seed = 0 } = this.#input;
    const foldOf = assignFolds(rows.y, { folds, seed });
    return answerOutOfFold(foldOf, async ({ fold, seen, held }) => {
      const own = { rows: takeRows(rows, seen), name: `${name}-fold-${fold + 1}` };
      const classifier = await this.classifier(model, own);
      try {
        const asked = { x: takeRows(rows, held).x, rows: held.length };
        return (await predictRows(classifier, asked, this.#context)).values;
      } finally {
        classifier.dispose();
      }
    });
  }

  /** The model, made of these rows alone; the caller disposes. */
  async classifier(model: ArtifactRef, on: NamedRows): Promise<Classifier> {
    const manifest = decodeModel(await this.#context.store.getJson<Json>(model));
    if (manifest.type === 'fusion') return this.#fusion(manifest, on);
    // It never saw the rows, and answers as it is.
    const isImported = manifest.type === 'foreign' || manifest.imported !== undefined;
    if (isImported) return (await loadClassifier(this.#context.store, model)).classifier;
    const { network } = await this.network(manifest.architecture, on);
    return new NetworkClassifier(network, manifest.input.classes);
  }

  async network(architecture: Architecture, { rows, name }: NamedRows): Promise<TrainedAnew> {
    const context = { ...this.#context, scratch: path.join(this.#context.scratch, name) };
    context.log('info', `training ${name} on ${rows.count} rows`);
    const settings = ownTraining(this.#input);
    const train = new MemoryRows(rows, settings.seed);
    const manifest = this.#manifest;
    const loaded = { architecture, manifest, train, validation: null, close: async () => {} };
    const { fingerprint } = await loadBackend();
    const { folds = 5, method = null, passLayer = null } = this.#input;
    const built = architecture as unknown as Json;
    const members = this.#input.members.map(({ sha256 }) => sha256);
    // Rows and what was passed of them follow from these.
    const identity = { members, architecture: built, name, folds, method, passLayer, fingerprint };
    const network = buildNetwork(architecture);
    try {
      const { weights } = await trainDurably({ settings, loaded, network, context, identity });
      return { network, weights };
    } catch (error) {
      network.dispose();
      throw error;
    }
  }

  /** The logistic model of stacking, from answers out of folds of these rows. */
  async stack(members: readonly ArtifactRef[], { rows, name }: NamedRows): Promise<StackingModel> {
    const predictions: Float32Array[] = [];
    for (const [index, member] of members.entries()) {
      predictions.push(await this.outOfFold(member, { rows, name: `${name}${index + 1}` }));
    }
    const classes = this.#manifest.classes.length;
    const { penalty = 0.001 } = this.#input;
    return fitStacking({ predictions, labels: rows.y, classes, penalty });
  }

  /**
   * What the second member of a chain learns from: rows with what the first says of them behind.
   *
   * Probabilities are out of folds. The features of two trainings do not mean the same, value by
   * value, so folds are of no use for a layer: the first is trained on one half of the rows, the
   * second learns on the other, and that first stays in the chain.
   */
  async lesson({ first, layer }: ChainStart, { rows, name }: NamedRows): Promise<ChainLesson> {
    if (layer === undefined) {
      const passed = await this.outOfFold(first, { rows, name });
      return { rows: withPassed(rows, passed), network: null };
    }
    const { seed = 0 } = this.#input;
    const half = assignFolds(rows.y, { folds: 2, seed });
    const [taught, left] = [0, 1].map((fold) =>
      takeRows(
        rows,
        Int32Array.from(half.keys()).filter((row) => half[row] === fold),
      ),
    ) as [Rows, Rows];
    const { architecture } = await this.#networkOf(first);
    const trained = await this.network(architecture, { rows: taught, name });
    const features = openFeatures(architecture, trained.network.weights(), layer);
    try {
      const passed = await features.predict(left.x, left.count);
      return { rows: withPassed(left, passed), network: trained };
    } catch (error) {
      trained.network.dispose();
      throw error;
    } finally {
      features.dispose();
    }
  }

  async #fusion(fusion: FusionManifest, on: NamedRows): Promise<Classifier> {
    if (fusion.method === 'chain') return this.#chain(fusion, on);
    const anew: ParallelFusion =
      fusion.method === 'stacking'
        ? { ...fusion, meta: await this.stack(fusion.members, { ...on, name: `${on.name}-meta-` }) }
        : fusion;
    const members: Classifier[] = [];
    try {
      for (const [index, member] of fusion.members.entries()) {
        members.push(await this.classifier(member, { ...on, name: `${on.name}-of-${index + 1}` }));
      }
      return joinMembers(anew, members);
    } catch (error) {
      members.forEach((member) => member.dispose());
      throw error;
    }
  }

  async #chain({ input, members, layer }: Chain, on: NamedRows): Promise<Classifier> {
    const [first, second] = members as [ArtifactRef, ArtifactRef];
    const { architecture } = await this.#networkOf(second);
    const lesson = await this.lesson({ first, layer }, { ...on, name: `${on.name}-of-1` });
    const opened: { dispose(): void }[] = lesson.network ? [lesson.network.network] : [];
    try {
      const own = { rows: lesson.rows, name: `${on.name}-of-2` };
      const { network } = await this.network(architecture, own);
      const last = new NetworkClassifier(network, input.classes);
      opened.push(last);
      const start = await this.#startOf({ first, layer }, lesson, on);
      opened.push(start);
      const chain = new ChainClassifier(input, { first: start, second: last });
      lesson.network?.network.dispose();
      return chain;
    } catch (error) {
      opened.forEach((one) => one.dispose());
      throw error;
    }
  }

  async #startOf(
    { first, layer }: ChainStart,
    { network }: ChainLesson,
    on: NamedRows,
  ): Promise<PassedValues> {
    if (network && layer !== undefined) {
      const { architecture } = network.network;
      return openFeatures(architecture, network.network.weights(), layer);
    }
    const whole = { ...on, name: `${on.name}-of-1-whole` };
    return passProbabilities(await this.classifier(first, whole));
  }

  async #networkOf(ref: ArtifactRef): Promise<NetworkManifest> {
    const manifest = decodeModel(await this.#context.store.getJson<Json>(ref));
    if (manifest.type === 'network') return manifest;
    throw new PipelineError(
      'MODEL_INVALID',
      'fuse: a chain takes a layer, or reads on, in a fusion',
      {
        remedy: 'name a network, and pass the probabilities of fusions',
      },
    );
  }
}

function takeRows({ x, y, width }: Rows, chosen: Int32Array): Rows {
  const taken = new Float32Array(chosen.length * width);
  chosen.forEach((row, at) => taken.set(x.subarray(row * width, (row + 1) * width), at * width));
  const labels = Int32Array.from(chosen, (row) => y[row] as number);
  return { count: chosen.length, width, x: taken, y: labels };
}

function withPassed({ x, y, count }: Rows, passed: Float32Array): Rows {
  const all = appendPassed(x, passed, count);
  return { count, width: all.length / count, x: all, y };
}
