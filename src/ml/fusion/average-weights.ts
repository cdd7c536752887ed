/** The weighted mean of the weights of networks of one architecture. */
import { PipelineError } from '../../errors.ts';
import { canonicalJson, type Json } from '../../json.ts';
import type { Architecture } from '../model.ts';

/**
 * @param members  all weights of each, in layer order; at least one.
 * @param shares   one per member, summing to 1.
 * @see Wortsman et al. 2022, "Model soups", arXiv:2203.05482
 */
export function averageWeights(
  members: readonly Float32Array[],
  shares: readonly number[],
): Float32Array {
  const [first] = members as [Float32Array, ...Float32Array[]];
  return first.map((_, at) =>
    members.reduce(
      (sum, weights, index) => sum + (shares[index] as number) * (weights[at] as number),
      0,
    ),
  );
}

/** @throws PipelineError `SHAPE_MISMATCH` for members that are built otherwise than the first. */
export function requireOneArchitecture(members: readonly Architecture[]): void {
  const built = members.map(({ layers, inputShape, inputs = null, classes }) =>
    canonicalJson({ layers, inputShape, inputs, classes } as unknown as Json),
  );
  const index = built.findIndex((found) => found !== built[0]);
  if (index < 0) return;
  const message = `fuse: member ${index + 1} has other layers than member 1, so their weights have no mean`;
  throw new PipelineError('SHAPE_MISMATCH', message, {
    remedy: 'use members of one architecture, or the method average',
  });
}
