import { fitRidge } from './ridge.ts';
import type { CentredSums } from './weighted-sums.ts';

/** Up to so many features are chosen one after the other. */
const LARGEST_FORWARD = 6;
const SCREENING_PENALTY = 0.01;
/** A column is a mixture of those chosen already where so little of its variance is its own. */
const OWN_SHARE = 1e-10;

/**
 * The features of the surrogate, as the reference's `auto`: up to 6 forward, by what each adds to
 * R²; more by the largest coefficient of a ridge fit of all. Of equal ones the first is taken.
 */
export function chooseFeatures(sums: CentredSums, limit: number): number[] {
  if (limit <= LARGEST_FORWARD) return chooseForward(sums, Math.min(limit, sums.features));
  const all = Array.from({ length: sums.features }, (_, index) => index);
  const { coefficients } = fitRidge(sums, all, SCREENING_PENALTY);
  const size = (index: number) => Math.abs(coefficients[index] as number);
  return all.sort((a, b) => size(b) - size(a)).slice(0, limit);
}

/**
 * Sweeps each chosen feature out of the sums, so that what is left of a column's products and
 * variance says how much it would add: no fit is made anew.
 *
 * @see Goodnight 1979, A Tutorial on the SWEEP Operator
 */
function chooseForward({ features, pairs, products, variation }: CentredSums, limit: number) {
  const rest = Float64Array.from({ length: features * features }, (_, at) => {
    const [i, j] = [Math.floor(at / features), at % features];
    return pairs[Math.max(i, j) * features + Math.min(i, j)] as number;
  });
  const own = products.slice();
  const variances = Float64Array.from(products, (_, i) => rest[i * features + i] as number);
  const chosen: number[] = [];
  while (chosen.length < limit) {
    const best = bestOf({ rest, own, variances, variation, features }, chosen);
    chosen.push(best);
    const pivot = rest[best * features + best] as number;
    if (pivot <= OWN_SHARE * (variances[best] as number)) continue;
    const line = rest.slice(best * features, (best + 1) * features);
    const swept = (own[best] as number) / pivot;
    for (let i = 0; i < features; i += 1) {
      const share = (line[i] as number) / pivot;
      own[i]! -= (line[i] as number) * swept;
      for (let j = 0; j < features; j += 1) rest[i * features + j]! -= share * (line[j] as number);
    }
  }
  return chosen;
}

interface Swept {
  readonly rest: Float64Array;
  readonly own: Float64Array;
  readonly variances: Float64Array;
  readonly variation: number;
  readonly features: number;
}

function bestOf({ rest, own, variances, variation, features }: Swept, chosen: readonly number[]) {
  let best = -1;
  let most = -Infinity;
  for (let i = 0; i < features; i += 1) {
    if (chosen.includes(i)) continue;
    const left = rest[i * features + i] as number;
    const isOwn = variation > 0 && left > OWN_SHARE * (variances[i] as number);
    const gain = isOwn ? (own[i] as number) ** 2 / left : 0;
    // The first where no answer is a number: the caller refuses those.
    if (best < 0 || gain > most) [best, most] = [i, gain];
  }
  return best;
}
