import { PipelineError } from '../../errors.ts';
import {
  coalitionValues,
  varyingFeatures,
  type CoalitionGame,
  type Coalitions,
} from './coalition-values.ts';
import { additivityError, type Attribution } from './model-function.ts';

/** 2^15 coalitions, each over the whole background, is what a step can bear. */
const LARGEST_EXACT_FEATURES = 15;

/**
 * Shapley values by the definition, over all 2^M coalitions:
 * φᵢ = Σ over S without i of |S|! (M − |S| − 1)! / M! · (v(S ∪ {i}) − v(S)).
 *
 * Every encoded value is a feature of its own, the values of a one-hot group too: they are
 * perturbed one at a time, which may make rows with no or several categories set.
 *
 * @throws PipelineError `SPEC_INVALID` for more than 15 encoded values.
 * @see Shapley 1953; Lundberg and Lee 2017, arXiv:1705.07874, eq. 4
 */
export async function exactShap(game: CoalitionGame): Promise<Attribution> {
  const { values } = game.background;
  if (values > LARGEST_EXACT_FEATURES) {
    throw new PipelineError(
      'SPEC_INVALID',
      `exact-shap needs 2^features coalitions and takes at most ${LARGEST_EXACT_FEATURES} features; the rows have ${values}`,
      { remedy: 'use `method: kernel-shap`' },
    );
  }
  const coalitions = allCoalitions(varyingFeatures(game.row, game.background));
  const worth = await coalitionValues(game, coalitions);
  const attributions = new Float64Array(values);
  coalitions.features.forEach((value, index) => {
    attributions[value] = shapleyValue(worth, coalitions.features.length, index);
  });
  const baseOutput = worth[0] as number;
  const output = worth[worth.length - 1] as number;
  return {
    attributions,
    output,
    baseOutput,
    error: additivityError(attributions, output, baseOutput),
    samplingError: null,
    evaluations: coalitions.count * game.background.rows,
  };
}

/** Coalition c holds feature i where bit i of c is set; the first is empty, the last is full. */
function allCoalitions(features: readonly number[]): Coalitions {
  const size = features.length;
  const count = 2 ** size;
  const masks = new Uint8Array(count * size);
  for (let set = 0; set < count; set += 1) {
    for (let bit = 0; bit < size; bit += 1) masks[set * size + bit] = (set >>> bit) & 1;
  }
  return { features, count, masks };
}

function shapleyValue(worth: Float64Array, size: number, index: number): number {
  const weights = coalitionWeights(size);
  const bit = 1 << index;
  let sum = 0;
  for (let set = 0; set < worth.length; set += 1) {
    if ((set & bit) !== 0) continue;
    const weight = weights[bitCount(set)] as number;
    sum += weight * ((worth[set | bit] as number) - (worth[set] as number));
  }
  return sum;
}

/** `[size]`: s! (M − s − 1)! / M! = 1 / (M · C(M − 1, s)). */
function coalitionWeights(size: number): number[] {
  const weights: number[] = [];
  let choose = 1;
  for (let s = 0; s < size; s += 1) {
    weights.push(1 / (size * choose));
    choose = (choose * (size - 1 - s)) / (s + 1);
  }
  return weights;
}

function bitCount(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
