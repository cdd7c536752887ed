/** Several classifiers over the same input and classes, joined into one. */
import * as tf from '@tensorflow/tfjs';
import type { Classifier } from './classifier.ts';
import { requireSameMembers } from './fusion/require-same-members.ts';
import type { FusionRule, InputContract } from './model.ts';

type Fusion = Extract<FusionRule, { weights: unknown }> & { readonly input: InputContract };

/**
 * average and weighted-average: p = Σₘ wₘ pₘ.
 *
 * vote: each member gives its weight to its likeliest class (the first of equals). The answer
 * of `predict` is (v + p̄)/2 where v is the share of votes and p̄ = Σₘ wₘ pₘ, but where that
 * average would rank another class first, just enough is moved to the vote's winner. The
 * winner has most votes, ties by p̄, further ties by class order. A vote has no gradient, so
 * `probabilities` is p̄.
 */
export class FusedClassifier implements Classifier {
  readonly classes: readonly string[];
  readonly inputShape: readonly number[];
  readonly #method: Fusion['method'];
  readonly #weights: readonly number[];
  readonly #members: readonly Classifier[];

  /**
   * @param members  owned, and disposed with the fusion.
   * @throws PipelineError `MODEL_INVALID` if a member has other classes or another input.
   */
  constructor({ input, method, weights }: Fusion, members: readonly Classifier[]) {
    this.classes = input.classes;
    this.inputShape = input.inputShape;
    this.#method = method;
    this.#weights = weights;
    this.#members = members;
    requireSameMembers(input, members);
  }

  async predict(x: Float32Array, rows: number): Promise<Float32Array> {
    const predictions: Float32Array[] = [];
    for (const member of this.#members) predictions.push(await member.predict(x, rows));
    const mean = this.#mean(predictions);
    if (this.#method !== 'vote') return mean;
    return countVotes({ predictions, weights: this.#weights, mean, classes: this.classes.length });
  }

  probabilities(x: tf.Tensor): tf.Tensor2D {
    return tf.tidy(() => {
      const weighted = this.#members.map((member, index) =>
        tf.mul(member.probabilities(x), this.#weights[index] as number),
      );
      return tf.addN(weighted) as tf.Tensor2D;
    });
  }

  dispose(): void {
    this.#members.forEach((member) => member.dispose());
  }

  #mean(predictions: readonly Float32Array[]): Float32Array {
    const mean = new Float32Array(predictions[0]?.length ?? 0);
    for (let at = 0; at < mean.length; at += 1) {
      let sum = 0;
      predictions.forEach((values, index) => {
        sum += (this.#weights[index] as number) * (values[at] as number);
      });
      mean[at] = sum;
    }
    return mean;
  }
}

export interface VoteInput {
  /** Each `[rows, classes]`. */
  readonly predictions: readonly Float32Array[];
  /** One per member, summing to 1. */
  readonly weights: readonly number[];
  /** `[rows, classes]`: p̄. */
  readonly mean: Float32Array;
  readonly classes: number;
}

/** @returns `[rows, classes]` as `FusedClassifier` says. */
export function countVotes({ predictions, weights, mean, classes }: VoteInput): Float32Array {
  const answer = new Float32Array(mean.length);
  for (let start = 0; start < mean.length; start += classes) {
    const votes = new Float64Array(classes);
    predictions.forEach((values, index) => {
      const choice = indexOfLargest(values.subarray(start, start + classes));
      votes[choice] = (votes[choice] as number) + (weights[index] as number);
    });
    answer.set(joinVotes(votes, mean.subarray(start, start + classes)), start);
  }
  return answer;
}

/** Weights of equal members may differ in the last bit once they are summed. */
const TIE = 1e-9;

function joinVotes(votes: Float64Array, mean: Float32Array): Float64Array {
  const most = Math.max(...votes);
  const ranked = mean.map((value, index) => ((votes[index] as number) >= most - TIE ? value : -1));
  const winner = indexOfLargest(ranked);
  const joined = votes.map((vote, index) => (vote + (mean[index] as number)) / 2);
  const rival = Math.max(...joined.filter((_, index) => index !== winner));
  const lead = joined[winner] as number;
  // Nearer than that the two may be equal as float32, and the first class would win.
  if (lead > rival + 1e-6) return joined;
  // Moving the share s to the winner makes it (1 − s)·lead + s, and the rival (1 − s)·rival.
  const gap = Math.max(0, rival - lead);
  const share = gap / (1 + gap) + 1e-6;
  return joined.map((value, index) => (1 - share) * value + (index === winner ? share : 0));
}

function indexOfLargest(values: Float32Array | Float64Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at += 1) {
    if ((values[at] as number) > (values[best] as number)) best = at;
  }
  return best;
}
