import type { Network } from '../network.ts';

interface WeightTransfer {
  readonly from: Network;
  /** Its first layers are the kept ones. */
  readonly to: Network;
  /** Of each kept layer, its index in `from`. */
  readonly kept: readonly number[];
}

/** Copies the weights of the kept layers, moving statistics included. */
export function transferWeights({ from, to, kept }: WeightTransfer): void {
  const all = from.weights();
  const starts: number[] = [];
  let end = 0;
  for (const { parameters } of from.shapes) {
    starts.push(end);
    end += parameters;
  }
  const weights = to.weights();
  let at = 0;
  for (const index of kept) {
    const start = starts[index] as number;
    const size = from.shapes[index]?.parameters ?? 0;
    weights.set(all.subarray(start, start + size), at);
    at += size;
  }
  to.setWeights(weights);
}
