import type { CounterRandom } from '../../random.ts';
import { euclideanKernel } from './kernel.ts';
import type { Neighbourhood } from './local-surrogate.ts';
import type { FeatureSampler } from './table-sampler.ts';

export interface TableSetting {
  readonly row: Float32Array;
  readonly samplers: readonly FeatureSampler[];
  readonly kernelWidth?: number | undefined;
  readonly random: CounterRandom;
}

/**
 * Perturbed rows of a table: each feature drawn by itself as the training part has it, 1 in the mask
 * where it falls into the row's own bin or category.
 *
 * @see lime 0.2 `lime_tabular.py`
 */
export function tableNeighbourhood({
  row,
  samplers,
  kernelWidth,
  random,
}: TableSetting): Neighbourhood {
  const features = samplers.length;
  const values = row.length;
  return {
    features,
    values,
    kernel: euclideanKernel(features, kernelWidth),
    draw: (count, isFirst) => {
      const masks = new Uint8Array(count * features);
      const x = new Float32Array(count * values);
      samplers.forEach(({ fill }, feature) =>
        fill({ random, row, feature, features, values, masks, x }),
      );
      if (isFirst) {
        x.set(row);
        masks.fill(1, 0, features);
      }
      return { masks, rows: (from, to) => x.subarray(from * values, to * values) };
    },
  };
}
