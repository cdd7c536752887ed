/** Counts values in bins that are drawn from the reference alone, so that they stay the same. */
import type { BinCounts } from './population-stability-index.ts';

/** Numbers in any order; NaN stands for a missing value. */
type Numbers = Float32Array | Float64Array;

const PARTS = 10;

/**
 * Bins between the deciles of the reference, right ends included, the outer ones open; equal
 * deciles make one. Missing values have a bin of their own.
 *
 * Where the lowest decile is the smallest value itself, all below it is a bin of its own: a
 * constant, or a column that is mostly 0, would else hide values that fall below. Above the largest
 * value that is so anyway.
 */
export function binNumbers(reference: Numbers, current: Numbers): BinCounts {
  const sorted = Float64Array.from(reference.filter((value) => !Number.isNaN(value))).sort();
  const edges = decilesOf(sorted);
  const lowest = edges[0] === sorted[0] ? (edges[0] ?? -Infinity) : -Infinity;
  const count = (values: Numbers): number[] => {
    // [below, between the edges …, missing]
    const counts = new Array<number>(edges.length + 3).fill(0);
    for (const value of values) {
      const bin = Number.isNaN(value)
        ? edges.length + 2
        : value < lowest
          ? 0
          : 1 + edgesBelow(edges, value);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return counts;
  };
  return { reference: count(reference), current: count(current) };
}

/** One bin a category of the reference, one for all others, one for missing values. */
export function binCategories(
  reference: readonly (string | null)[],
  current: readonly (string | null)[],
): BinCounts {
  const bins = new Map<string, number>();
  for (const value of reference) {
    if (value !== null && !bins.has(value)) bins.set(value, bins.size);
  }
  const [unseen, missing] = [bins.size, bins.size + 1];
  const count = (values: readonly (string | null)[]): number[] => {
    const counts = new Array<number>(bins.size + 2).fill(0);
    for (const value of values) {
      const bin = value === null ? missing : (bins.get(value) ?? unseen);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return counts;
  };
  return { reference: count(reference), current: count(current) };
}

/**
 * The nine deciles without repeats, by linear interpolation as numpy's `quantile`.
 *
 * @param sorted  rising; of no values there are none.
 */
function decilesOf(sorted: Float64Array): number[] {
  const edges: number[] = [];
  for (let part = 1; part < PARTS && sorted.length > 0; part += 1) {
    // Whole numbers up to here: a decile that falls on a value must be that value.
    const tenths = part * (sorted.length - 1);
    const low = sorted[Math.floor(tenths / PARTS)] as number;
    const high = sorted[Math.ceil(tenths / PARTS)] as number;
    const edge = low + (high - low) * ((tenths % PARTS) / PARTS);
    if (edge !== edges.at(-1)) edges.push(edge);
  }
  return edges;
}

/** How many of the rising edges are less than the value. */
function edgesBelow(edges: readonly number[], value: number): number {
  let [from, to] = [0, edges.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((edges[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
