import type { LayerSpec } from '../../layers/layer-spec.ts';

/**
 * A layer that makes one vector of what another gives: the mean over places or steps where it has any.
 *
 * @param rank  without the rows.
 */
export function flattening(rank: number): LayerSpec {
  if (rank < 2) return { type: 'flatten' };
  return { type: rank === 2 ? 'globalAveragePooling1d' : 'globalAveragePooling2d' };
}
