import { chooseFeatures } from './choose-features.ts';
import { fitRidge, type RidgeFit } from './ridge.ts';
import { centreSums, type WeightedSums } from './weighted-sums.ts';

const PENALTY = 1;

export interface Surrogate extends RidgeFit {
  /** The strongest first; each a feature of the masks. */
  readonly features: readonly number[];
  /** Of the row itself, where every feature is present. */
  readonly localPrediction: number;
}

/**
 * The weighted linear model around one row: features chosen, then a ridge fit with penalty 1.
 *
 * @param limit  features that it keeps, from 1.
 * @see Ribeiro, Singh and Guestrin 2016, arXiv:1602.04938, eq. 1; lime 0.2 `lime_base.py`
 */
export function fitSurrogate(sums: WeightedSums, limit: number): Surrogate {
  const centred = centreSums(sums);
  const chosen = chooseFeatures(centred, limit);
  const fit = fitRidge(centred, chosen, PENALTY);
  const size = (index: number) => Math.abs(fit.coefficients[index] as number);
  const order = chosen.map((_, index) => index).sort((a, b) => size(b) - size(a));
  const coefficients = order.map((index) => fit.coefficients[index] as number);
  return {
    ...fit,
    features: order.map((index) => chosen[index] as number),
    coefficients,
    localPrediction: coefficients.reduce((sum, value) => sum + value, fit.intercept),
  };
}

/**
 * The coefficients of given features from a share of the samples, whose penalty is that share of
 * the whole's, so that they estimate what the whole finds.
 */
export function refitCoefficients(
  sums: WeightedSums,
  features: readonly number[],
  share: number,
): readonly number[] {
  return fitRidge(centreSums(sums), features, share * PENALTY).coefficients;
}
