import { PipelineError } from '../../errors.ts';
import type { CounterRandom } from '../random.ts';
import {
  sampleUntilTight,
  summariseReplicates,
  type AdaptiveOutcome,
  type AdaptiveSettings,
} from './adaptive.ts';
import { coalitionValues, varyingFeatures, type CoalitionGame } from './coalition-values.ts';
import { additivityError, type Attribution } from './model-function.ts';

/** As the reference has it. */
const USUAL_SAMPLES = 500;
const WHOLE_RANGE = 1;

export interface PermutationShapOptions {
  /**
   * Coalitions, of which an order there and back takes 2M + 1, M the features that vary.
   * @default 500, and at least 2M + 1
   */
  readonly samples?: number | undefined;
  readonly adaptive?: AdaptiveSettings | undefined;
  /** The next order of 0 … n−1; see `CounterRandom.permutation`. */
  readonly random: Pick<CounterRandom, 'permutation'>;
}

export interface PermutationAttribution extends Attribution {
  readonly outcome?: AdaptiveOutcome;
}

/**
 * Shapley values from random orders: a feature's value is what it adds on average when the features
 * of the row take the place of the background's one after the other, in an order and once more in
 * its reverse. Exact, but for rounding, where the model has no interactions of three or more.
 *
 * `samplingError` is the largest standard error of an attribution by the spread of the orders.
 * The empty and the full coalition are evaluated once, which the reference does for every order.
 *
 * @throws PipelineError `SPEC_INVALID` if the samples do not cover one order there and back.
 * @see Mitchell et al. 2022, Sampling Permutations for Shapley Value Estimation, arXiv:2104.12199;
 * shap 0.51 `_permutation.py`
 */
export async function permutationShap(
  game: CoalitionGame,
  options: PermutationShapOptions,
): Promise<PermutationAttribution> {
  const features = varyingFeatures(game.row, game.background);
  const size = features.length;
  const ends = Uint8Array.from({ length: 2 * size }, (_, at) => (at < size ? 0 : 1));
  const worth = await coalitionValues(game, { features, count: 2, masks: ends });
  const [baseOutput, output] = worth as unknown as [number, number];
  const attributions = new Float64Array(game.row.length);
  const found = await ofFeatures({ game, features, baseOutput, output }, options);
  features.forEach((value, index) => (attributions[value] = found.means[index] as number));
  return {
    ...{ attributions, output, baseOutput },
    error: additivityError(attributions, output, baseOutput),
    samplingError: found.samplingError,
    evaluations: (2 + found.coalitions) * game.background.rows,
    ...(found.outcome && { outcome: found.outcome }),
  };
}

interface Orders {
  readonly game: CoalitionGame;
  readonly features: readonly number[];
  readonly baseOutput: number;
  readonly output: number;
}

interface Estimate {
  readonly means: ArrayLike<number>;
  readonly samplingError: number | null;
  readonly coalitions: number;
  readonly outcome?: AdaptiveOutcome;
}

async function ofFeatures(given: Orders, options: PermutationShapOptions): Promise<Estimate> {
  const { features, output, baseOutput } = given;
  const size = features.length;
  const each = 2 * size + 1;
  if (size < 2) {
    const outcome = options.adaptive && { samples: 2, isTight: true, width: 0 };
    const means = features.map(() => output - baseOutput);
    return { means, samplingError: null, coalitions: 0, ...(outcome && { outcome }) };
  }
  if (options.adaptive) {
    const { found, outcome, replicates } = await sampleUntilTight({
      settings: options.adaptive,
      samplesEach: each,
      draw: async () => (await evaluateOrders(given, [options.random.permutation(size)]))[0]!,
    });
    const coalitions = 2 * (size - 1) * replicates.length;
    return { ...estimate(found), coalitions, outcome };
  }
  const count = Math.floor((options.samples ?? Math.max(USUAL_SAMPLES, each)) / each);
  if (count === 0) throw tooFew(options.samples as number, each);
  const orders = Array.from({ length: count }, () => options.random.permutation(size));
  const replicates = await evaluateOrders(given, orders);
  return { ...estimate(summariseReplicates(replicates)), coalitions: 2 * (size - 1) * count };
}

function estimate({ means, errors }: ReturnType<typeof summariseReplicates>) {
  return { means, samplingError: Math.min(WHOLE_RANGE, Math.max(...errors)) };
}

/** @returns for each order the mean of what each feature adds there and back. */
async function evaluateOrders(
  { game, features, baseOutput, output }: Orders,
  orders: readonly Int32Array[],
): Promise<Float64Array[]> {
  const size = features.length;
  const each = 2 * (size - 1);
  const masks = new Uint8Array(orders.length * each * size);
  orders.forEach((order, index) => writeMasks(order, masks.subarray(index * each * size)));
  const worth = await coalitionValues(game, { features, count: orders.length * each, masks });
  return orders.map((order, index) => {
    const own = worth.subarray(index * each, (index + 1) * each);
    // The walk from nothing to all, and back to nothing in the same order.
    const walk = Float64Array.of(
      baseOutput,
      ...own.subarray(0, size - 1),
      output,
      ...own.subarray(size - 1),
      baseOutput,
    );
    const added = new Float64Array(size);
    order.forEach((feature, at) => {
      const there = (walk[at + 1] as number) - (walk[at] as number);
      const back = (walk[size + at] as number) - (walk[size + at + 1] as number);
      added[feature] = (there + back) / 2;
    });
    return added;
  });
}

/** Features come one after the other, and go in the same order; without the two ends. */
function writeMasks(order: Int32Array, masks: Uint8Array): void {
  const size = order.length;
  const present = new Uint8Array(size);
  let mask = 0;
  const write = () => {
    masks.set(present, mask * size);
    mask += 1;
  };
  for (let at = 0; at < size - 1; at += 1) {
    present[order[at] as number] = 1;
    write();
  }
  present.fill(1);
  for (let at = 0; at < size - 1; at += 1) {
    present[order[at] as number] = 0;
    write();
  }
}

const tooFew = (samples: number, each: number): PipelineError =>
  new PipelineError(
    'SPEC_INVALID',
    `permutation-shap: ${samples} samples do not cover one order of the features there and back, which takes ${each}`,
    { remedy: `raise \`samples\` to ${each} or more, or leave it out` },
  );
