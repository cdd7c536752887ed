/** What each epoch trains, and how fast: stages in which layers are frozen, and rates by layer. */
import * as tf from '@tensorflow/tfjs';
import type { Network } from '../network.ts';

export interface TrainingStage {
  /** At least 1. */
  readonly epochs: number;
  /** Indices of layers whose weights and moving statistics stay as they are, to the bit. */
  readonly frozen: ReadonlySet<number>;
  /** Times the rate of the schedule. */
  readonly rateScale: number;
}

interface Speeds {
  readonly stage: TrainingStage;
  /** `[trainable values]`: 1 where the value is trained, else 0; `null` where all are. */
  readonly trained: tf.Tensor1D | null;
  /** `[trainable values]`: share of a step that the value makes; `null` where all make whole ones. */
  readonly rates: tf.Tensor1D | null;
}

/**
 * A step of an optimizer is proportional to its learning rate, so a share of the step is the step
 * at that share of the rate. Every stage starts the optimizer anew, as Keras' `compile` after a
 * change of `trainable` does: moments of another selection of weights would give wild first steps.
 */
export class TrainingStages {
  readonly #stages: readonly TrainingStage[];
  /** Layer of each trainable value's weight, and the weight's size. */
  readonly #weights: readonly { readonly layer: number; readonly size: number }[];
  readonly #rateOfLayer: readonly number[];
  #speeds: Speeds | null = null;

  /**
   * @param stages       at least one; the last goes on to the end.
   * @param rateOfLayer  by index of the layer: share of a step that its weights make, above 0.
   */
  constructor(network: Network, stages: readonly TrainingStage[], rateOfLayer: readonly number[]) {
    this.#stages = stages;
    this.#rateOfLayer = rateOfLayer;
    this.#weights = network.parameterPlaces.map(({ size }, index) => ({
      layer: network.parameterLayers[index] as number,
      size,
    }));
  }

  /** @param epoch  from 0. */
  frozenAt(epoch: number): ReadonlySet<number> {
    return this.#stageAt(epoch).frozen;
  }

  rateScaleAt(epoch: number): number {
    return this.#stageAt(epoch).rateScale;
  }

  /** Whether a stage but the first begins with this epoch. */
  beginsAt(epoch: number): boolean {
    return epoch > 0 && this.#stageAt(epoch) !== this.#stageAt(epoch - 1);
  }

  /** `[trainable values]`, or `null` where every value is trained; owned by the stages. */
  trainedAt(epoch: number): tf.Tensor1D | null {
    return this.#speedsAt(epoch).trained;
  }

  /**
   * The step as this epoch allows it. Call inside `tf.tidy`.
   *
   * @param step.before  `[trainable values]`.
   * @param step.after   `[trainable values]`, where the optimizer went.
   */
  restrict(step: { before: tf.Tensor1D; after: tf.Tensor1D }, epoch: number): tf.Tensor1D {
    const { trained, rates } = this.#speedsAt(epoch);
    const { before, after } = step;
    const reached: tf.Tensor1D = rates
      ? tf.add(before, tf.mul(tf.sub(after, before), rates))
      : after;
    // Chosen, not multiplied by 0: what is frozen keeps its very bits.
    return trained ? tf.where(tf.cast(trained, 'bool'), reached, before) : reached;
  }

  dispose(): void {
    this.#speeds?.trained?.dispose();
    this.#speeds?.rates?.dispose();
    this.#speeds = null;
  }

  #stageAt(epoch: number): TrainingStage {
    let end = 0;
    for (const stage of this.#stages) {
      end += stage.epochs;
      if (epoch < end) return stage;
    }
    return this.#stages.at(-1) as TrainingStage;
  }

  #speedsAt(epoch: number): Speeds {
    const stage = this.#stageAt(epoch);
    if (this.#speeds?.stage !== stage) {
      this.dispose();
      const isTrained = (layer: number): number => (stage.frozen.has(layer) ? 0 : 1);
      const rateOf = (layer: number): number => this.#rateOfLayer[layer] ?? 1;
      const isAll = stage.frozen.size === 0;
      const isEven = this.#weights.every(({ layer }) => rateOf(layer) === 1);
      this.#speeds = {
        stage,
        trained: isAll ? null : this.#vectorOf(isTrained),
        rates: isEven ? null : this.#vectorOf(rateOf),
      };
    }
    return this.#speeds;
  }

  #vectorOf(valueOf: (layer: number) => number): tf.Tensor1D {
    const values = new Float32Array(this.#weights.reduce((sum, { size }) => sum + size, 0));
    let at = 0;
    for (const { layer, size } of this.#weights) {
      values.fill(valueOf(layer), at, at + size);
      at += size;
    }
    return tf.keep(tf.tensor1d(values));
  }
}
