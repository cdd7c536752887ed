import type { CounterRandom } from '../../random.ts';
import { binOf } from './quartile-bins.ts';
import type { GroupFeature, NumberFeature, TableFeature } from './table-feature.ts';
import { truncatedQuantiles } from './truncated-normal.ts';

/**
 * Cells of equal probability in a bin, between whose quantiles values are drawn evenly: half a word
 * of 32 bits says the bin, the cell and one of its 16 places. To draw words is what takes the time.
 */
const CELLS = 1024;
const HALF_WORD = 2 ** 16;
const WORD = 2 ** 32;

/** Draws one feature of many perturbed rows. */
export interface FeatureSampler {
  /**
   * @param draw.masks  `[count, features]`: gets 1 where the feature is as in the row.
   * @param draw.x  `[count, values]`: gets the values.
   */
  readonly fill: (draw: FeatureDraw) => void;
}

export interface FeatureDraw {
  readonly random: CounterRandom;
  /** The row that is explained. */
  readonly row: Float32Array;
  readonly feature: number;
  readonly features: number;
  readonly values: number;
  readonly masks: Uint8Array;
  readonly x: Float32Array;
}

/** A bin by its frequency in the training part, and a value from a normal truncated to it. */
export function featureSampler(feature: TableFeature): FeatureSampler {
  return feature.type === 'number' ? numberSampler(feature) : groupSampler(feature);
}

function numberSampler({ from, bins }: NumberFeature): FeatureSampler {
  const size = bins.counts.length;
  const limits = cumulative(bins.counts, HALF_WORD);
  const quantiles = new Float64Array(size * (CELLS + 1));
  for (let bin = 0; bin < size; bin += 1) {
    if (bins.counts[bin] === 0) continue;
    const [mean, deviation] = [bins.means[bin] as number, bins.deviations[bin] as number];
    const [low, high] = [bins.lows[bin] as number, bins.highs[bin] as number];
    quantiles.set(truncatedQuantiles({ mean, deviation, low, high }, CELLS), bin * (CELLS + 1));
  }
  // Cells of a bin for each step of half a word, whose middle is meant.
  const scales = limits.map((limit, bin) => CELLS / (limit - (limits[bin - 1] ?? 0)));
  return {
    fill: ({ random, row, feature, features, values, masks, x }) => {
      const own = binOf(bins.borders, row[from] as number);
      const count = masks.length / features;
      let word = 0;
      for (let sample = 0; sample < count; sample += 1) {
        word = sample % 2 === 0 ? random.uint32() : word >>> 16;
        const half = word & 0xffff;
        let bin = 0;
        while (half >= (limits[bin] as number)) bin += 1;
        const start = bin === 0 ? 0 : (limits[bin - 1] as number);
        const place = (half + 0.5 - start) * (scales[bin] as number);
        const cell = Math.min(CELLS - 1, Math.floor(place));
        const at = bin * (CELLS + 1) + cell;
        const low = quantiles[at] as number;
        x[sample * values + from] = low + ((quantiles[at + 1] as number) - low) * (place - cell);
        masks[sample * features + feature] = bin === own ? 1 : 0;
      }
    },
  };
}

function groupSampler({ from, to, values: known, counts }: GroupFeature): FeatureSampler {
  const width = to - from;
  const limits = cumulative(counts, WORD);
  return {
    fill: ({ random, row, feature, features, values, masks, x }) => {
      const own = indexOf(known, row.subarray(from, to));
      const count = masks.length / features;
      for (let sample = 0; sample < count; sample += 1) {
        const index = firstAbove(limits, random.uint32());
        const start = sample * values + from;
        for (let at = 0; at < width; at += 1) {
          x[start + at] = known[index * width + at] as number;
        }
        masks[sample * features + feature] = index === own ? 1 : 0;
      }
    },
  };
}

/** `[counts]`: up to which number, not included, each is drawn; the last is the range. */
function cumulative(counts: Int32Array, range: number): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  return Float64Array.from(counts, (count) => {
    sum += count;
    return Math.round((sum / total) * range);
  });
}

function firstAbove(limits: Float64Array, word: number): number {
  let [low, high] = [0, limits.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (word < (limits[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** −1 of values that no training row has. */
function indexOf(known: Float32Array, own: Float32Array): number {
  const width = own.length;
  for (let index = 0; index * width < known.length; index += 1) {
    if (own.every((value, at) => known[index * width + at] === value)) return index;
  }
  return -1;
}
