/** How likely chance alone carries two samples so far apart. */
import type { CounterRandom } from '../../random.ts';

export interface PermutationOptions {
  readonly random: CounterRandom;
  /** At most so many ways to tell the rows apart, from 1: 1/(permutations + 1) is the least p. */
  readonly permutations: number;
}

/** Of a larger side so many rows are drawn for the test. */
const MOST_ROWS = 2_000;
/** As often beaten by chance, a distance is known to be no drift, and p is known well enough. */
const ENOUGH_BEATEN = 20;

/**
 * A permutation test of the Wasserstein distance: p = (1 + how often a random division of all rows is
 * at least as far apart)/(1 + divisions), or, where 20 have been, 20/divisions, which is a valid p-value as well.
 *
 * @param reference  finite numbers; an empty side tells nothing: 1.
 * @see Phipson and Smyth 2010, Permutation p-values should never be zero; Besag and Clifford 1991,
 * Sequential Monte Carlo p-values
 */
export function wassersteinTail(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  { random, permutations }: PermutationOptions,
): number {
  const [a, b] = [drawRows(reference, random), drawRows(current, random)];
  if (a.length === 0 || b.length === 0) return 1;
  const rows = poolRows(a, b);
  const smaller = Math.min(a.length, b.length);
  const found = distance(rows.values, rows.isSmaller, smaller);
  // Sums in another order differ in the last places: an equal division must count as equal.
  const bar = found * (1 - 1e-12);
  let beaten = 0;
  for (let count = 1; count <= permutations; count += 1) {
    if (distance(rows.values, divide(rows.values.length, smaller, random), smaller) < bar) continue;
    beaten += 1;
    if (beaten === ENOUGH_BEATEN) return beaten / count;
  }
  return (1 + beaten) / (1 + permutations);
}

function drawRows(values: ArrayLike<number>, random: CounterRandom): Float64Array {
  if (values.length <= MOST_ROWS) return Float64Array.from(values);
  const order = random.permutation(values.length).subarray(0, MOST_ROWS);
  return Float64Array.from(order, (row) => values[row] as number);
}

function poolRows(a: Float64Array, b: Float64Array) {
  const pooled = Float64Array.from([...a, ...b]);
  const isFirst = a.length <= b.length;
  const order = Int32Array.from(pooled.keys()).sort(
    (i, j) => (pooled[i] as number) - (pooled[j] as number),
  );
  return {
    values: Float64Array.from(order, (row) => pooled[row] as number),
    isSmaller: Uint8Array.from(order, (row) => Number(row < a.length === isFirst)),
  };
}

/** @param values  rising. */
function distance(values: Float64Array, isSmaller: Uint8Array, smaller: number): number {
  const larger = values.length - smaller;
  const [ofSmaller, ofLarger] = [1 / smaller, 1 / larger];
  let [ahead, sum] = [0, 0];
  for (let row = 0; row + 1 < values.length; row += 1) {
    ahead += isSmaller[row] === 1 ? ofSmaller : -ofLarger;
    sum += Math.abs(ahead) * ((values[row + 1] as number) - (values[row] as number));
  }
  return sum;
}

/** Every set of so many rows equally likely. @see Floyd in Bentley 1987, A sample of brilliance */
function divide(rows: number, chosen: number, random: CounterRandom): Uint8Array {
  const set = new Uint8Array(rows);
  for (let last = rows - chosen; last < rows; last += 1) {
    const row = random.integer(last + 1);
    set[set[row] === 1 ? last : row] = 1;
  }
  return set;
}
