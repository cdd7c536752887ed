import type { CounterRandom } from '../random.ts';
import type { Coalitions } from './coalition-values.ts';

export interface WeightedCoalitions extends Coalitions {
  /** `[count]`; enumerated sizes carry their share of the kernel, sampled ones share the rest. */
  readonly weights: Float64Array;
  /** `[count]`: 0 where enumerated; 1 or 2 where drawn, a coalition with its complement in turn. */
  readonly halves: Uint8Array;
  /** Whether every coalition but the empty and the full one is there. */
  readonly complete: boolean;
}

interface Chosen {
  readonly mask: Uint8Array;
  weight: number;
  readonly half: 0 | 1 | 2;
}

/**
 * Chooses coalitions as the reference does: subset sizes, each with its complement, are
 * enumerated from the outside in while the budget covers what the kernel gives them; the rest of
 * the budget is drawn in pairs by kernel weight, and repeated draws add to a coalition's weight.
 *
 * @param features  indices of the features that take part; at least 2.
 * @param samples  budget; at most 2^M − 2 are used.
 * @param random  draws sizes and members; untouched where all is enumerated.
 * @see Lundberg and Lee 2017, arXiv:1705.07874, theorem 2; shap 0.51 `_kernel.py`
 */
export function chooseCoalitions(
  features: readonly number[],
  samples: number,
  random: CounterRandom,
): WeightedCoalitions {
  const size = features.length;
  const budget = size <= 30 ? Math.min(samples, 2 ** size - 2) : samples;
  const kernel = kernelBySize(size);
  const chosen: Chosen[] = [];
  const fullSizes = enumerateSizes(size, budget, kernel, chosen);
  const enumerated = chosen.length;
  if (fullSizes < kernel.length) {
    drawPairs(size, budget - enumerated, kernel, fullSizes, random, chosen);
    shareRest(chosen, enumerated, kernel.slice(fullSizes));
  }
  const masks = new Uint8Array(chosen.length * size);
  chosen.forEach(({ mask }, index) => masks.set(mask, index * size));
  const weights = Float64Array.from(chosen, ({ weight }) => weight);
  return {
    features,
    count: chosen.length,
    masks,
    weights,
    halves: Uint8Array.from(chosen, ({ half }) => half),
    complete: fullSizes === kernel.length,
  };
}

/** Sizes 1 … ⌈(M−1)/2⌉; a size with a different complementary size stands for both. Sums to 1. */
function kernelBySize(size: number): number[] {
  const kernel = Array.from({ length: Math.ceil((size - 1) / 2) }, (_, index) => {
    const weight = (size - 1) / ((index + 1) * (size - index - 1));
    return isPaired(index + 1, size) ? 2 * weight : weight;
  });
  return scaled(kernel);
}

function isPaired(subset: number, size: number): boolean {
  return subset <= Math.floor((size - 1) / 2);
}

/** Appends every mask of the sizes that the budget covers; @returns how many sizes. */
function enumerateSizes(
  size: number,
  budget: number,
  kernel: readonly number[],
  chosen: Chosen[],
): number {
  let left = budget;
  let rest = [...kernel];
  for (let subset = 1; subset <= kernel.length; subset += 1) {
    const paired = isPaired(subset, size);
    const count = binomial(size, subset) * (paired ? 2 : 1);
    const share = rest[subset - 1] ?? 0;
    if ((left * share) / count < 1 - 1e-8) return subset - 1;
    left -= count;
    if (share < 1) rest = rest.map((value) => value / (1 - share));
    const weight = (kernel[subset - 1] ?? 0) / count;
    for (const mask of subsets(size, subset)) {
      chosen.push({ mask, weight, half: 0 });
      if (paired) chosen.push({ mask: complement(mask), weight, half: 0 });
    }
  }
  return kernel.length;
}

/** Draws until the budget is spent, or four draws per place of it have been made. */
function drawPairs(
  size: number,
  budget: number,
  kernel: readonly number[],
  fullSizes: number,
  random: CounterRandom,
  chosen: Chosen[],
): void {
  const shares = scaled(
    kernel
      .map((weight, index) => (isPaired(index + 1, size) ? weight / 2 : weight))
      .slice(fullSizes),
  );
  const places = new Map<string, number>();
  let left = budget;
  for (let draw = 0; left > 0 && draw < 4 * budget; draw += 1) {
    const subset = pick(shares, random.uniform()) + fullSizes + 1;
    const mask = new Uint8Array(size);
    for (const member of random.permutation(size).subarray(0, subset)) mask[member] = 1;
    const key = mask.join('');
    const place = places.get(key);
    const pair = isPaired(subset, size);
    if (place === undefined) {
      const half = places.size % 2 === 0 ? 1 : 2;
      places.set(key, chosen.length);
      chosen.push({ mask, weight: 1, half });
      left -= 1;
      if (!pair || left === 0) continue;
      chosen.push({ mask: complement(mask), weight: 1, half });
      left -= 1;
    } else {
      addWeight(chosen, place);
      if (pair) addWeight(chosen, place + 1);
    }
  }
}

function addWeight(chosen: { weight: number }[], place: number): void {
  const one = chosen[place];
  if (one) one.weight += 1;
}

/** Scales the drawn weights to what the kernel gives the sizes that were not enumerated. */
function shareRest(
  chosen: { weight: number }[],
  enumerated: number,
  restOfKernel: readonly number[],
): void {
  const drawn = chosen.slice(enumerated);
  const total = drawn.reduce((sum, { weight }) => sum + weight, 0);
  const share = restOfKernel.reduce((sum, weight) => sum + weight, 0);
  for (const one of drawn) one.weight *= share / total;
}

function pick(shares: readonly number[], uniform: number): number {
  let cumulative = 0;
  const index = shares.findIndex((share) => (cumulative += share) > uniform);
  return index < 0 ? shares.length - 1 : index;
}

function scaled(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

function complement(mask: Uint8Array): Uint8Array {
  return mask.map((bit) => 1 - bit);
}

function binomial(n: number, k: number): number {
  let result = 1;
  for (let index = 1; index <= k; index += 1) result = (result * (n - k + index)) / index;
  return Math.round(result);
}

/** All masks with `subset` of `size` bits, in lexicographic order of their members. */
function* subsets(size: number, subset: number): Generator<Uint8Array> {
  const members = Array.from({ length: subset }, (_, index) => index);
  for (;;) {
    const mask = new Uint8Array(size);
    for (const member of members) mask[member] = 1;
    yield mask;
    let last = subset - 1;
    while (last >= 0 && members[last] === size - subset + last) last -= 1;
    if (last < 0) return;
    const start = (members[last] ?? 0) + 1;
    for (let index = last; index < subset; index += 1) members[index] = start + index - last;
  }
}
