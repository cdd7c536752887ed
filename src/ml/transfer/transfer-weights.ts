import type { Network } from '../network.ts';

interface WeightTransfer {
  readonly from: Network;
  readonly to: Network;
  /** Where in all its weights those of the kept layers begin. @default at the first */
  readonly start?: number;
  /** Of each kept layer, its index in `from`. */
  readonly kept: readonly number[];
}

/**
 * Copies the weights of the kept layers, moving statistics included.
 *
 * @returns where they end.
 */
export function transferWeights({ from, to, kept, start: first = 0 }: WeightTransfer): number {
  const all = from.weights();
  const starts: number[] = [];
  let end = 0;
  for (const { parameters } of from.shapes) {
    starts.push(end);
    end += parameters;
  }
  const weights = to.weights();
  let at = first;
  for (const index of kept) {
    const start = starts[index] as number;
    const size = from.shapes[index]?.parameters ?? 0;
    weights.set(all.subarray(start, start + size), at);
    at += size;
  }
  to.setWeights(weights);
  return at;
}
