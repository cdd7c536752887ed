import type { CounterRandom } from '../../random.ts';
import { cosineKernel } from './kernel.ts';
import type { Neighbourhood } from './local-surrogate.ts';
import type { TextWords } from './text-words.ts';

const WIDTH = 25;
const SCALE = 100;

export interface TextSetting {
  readonly row: Float32Array;
  /** The texts of the row and where their values begin; together they have at least one word. */
  readonly texts: readonly { readonly offset: number; readonly words: TextWords }[];
  /** @default 25 */
  readonly kernelWidth?: number | undefined;
  readonly random: CounterRandom;
}

/**
 * A text without some of its words: how many are taken out is even over 1 to all of them, and which
 * ones is chance.
 *
 * @see lime 0.2 `lime_text.py`
 */
export function textNeighbourhood(setting: TextSetting): Neighbourhood {
  const { row, texts, kernelWidth = WIDTH, random } = setting;
  const features = texts.reduce((sum, { words }) => sum + words.words.length, 0);
  return {
    features,
    values: row.length,
    kernel: cosineKernel(features, kernelWidth, SCALE),
    draw: (count, isFirst) => {
      const masks = drawRemovals(features, count, random);
      if (isFirst) masks.fill(1, 0, features);
      return { masks, rows: (from, to) => writeRows(setting, masks, [from, to]) };
    },
  };
}

/** Draws whichever is fewer, those that go or those that stay. */
function drawRemovals(features: number, count: number, random: CounterRandom): Uint8Array {
  const masks = new Uint8Array(count * features);
  const order = Int32Array.from({ length: features }, (_, index) => index);
  for (let sample = 0; sample < count; sample += 1) {
    const removed = 1 + random.integer(features);
    const isFew = 2 * removed <= features;
    const drawn = isFew ? removed : features - removed;
    const start = sample * features;
    if (isFew) masks.fill(1, start, start + features);
    for (let at = 0; at < drawn; at += 1) {
      const other = at + random.integer(features - at);
      const word = order[other] as number;
      order[other] = order[at] as number;
      order[at] = word;
      masks[start + word] = isFew ? 0 : 1;
    }
  }
  return masks;
}

function writeRows(
  { row, texts }: TextSetting,
  masks: Uint8Array,
  [from, to]: readonly [from: number, to: number],
): Float32Array {
  const values = row.length;
  const features = texts.reduce((sum, { words }) => sum + words.words.length, 0);
  const x = new Float32Array((to - from) * values);
  for (let sample = from; sample < to; sample += 1) {
    let first = sample * features;
    const start = (sample - from) * values;
    for (const { offset, words } of texts) {
      const size = words.words.length;
      words.write(masks.subarray(first, first + size), x, start + offset);
      first += size;
    }
  }
  return x;
}
