import { classProbabilities, type ModelFunction, type RowBlock } from './model-function.ts';

/** Sets of present features, back to back; the features are numbered as in `features`. */
export interface Coalitions {
  /** Indices of the encoded values that take part, ascending. */
  readonly features: readonly number[];
  readonly count: number;
  /** `[count, features.length]`, 1 where the feature is present. */
  readonly masks: Uint8Array;
}

export interface CoalitionGame {
  readonly model: ModelFunction;
  /** `[values]`, the row to explain. */
  readonly row: Float32Array;
  /** Rows that stand for absent features; at least one. */
  readonly background: RowBlock;
  readonly classIndex: number;
  /** Called between model calls: heartbeats; throws to stop. */
  readonly onBatch?: (() => void) | undefined;
}

/** Values given to the model at once: 16 MiB of float32, large enough to keep a backend busy. */
const VALUES_AT_ONCE = 2 ** 22;

/**
 * The worth of each coalition: the mean probability over the background when the present
 * features are those of the row and the absent ones those of a background row. This is the
 * interventional expectation, which keeps features independent of one another.
 *
 * @returns `[count]`, in probability; means in float64.
 * @see Janzing et al. 2020, Feature relevance quantification in explainable AI, arXiv:1910.13413
 */
export async function coalitionValues(
  game: CoalitionGame,
  coalitions: Coalitions,
): Promise<Float64Array> {
  const { background } = game;
  const worth = new Float64Array(coalitions.count);
  const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / background.values));
  const atOnce = Math.max(1, Math.floor(rowsAtOnce / background.rows));
  for (let first = 0; first < coalitions.count; first += atOnce) {
    game.onBatch?.();
    const count = Math.min(atOnce, coalitions.count - first);
    const x = mixedRows(game, coalitions, first, count);
    const rows = count * background.rows;
    const outputs = await classProbabilities(game.model, { x, rows }, game.classIndex);
    for (let index = 0; index < count; index += 1) {
      let sum = 0;
      for (let row = 0; row < background.rows; row += 1) {
        sum += outputs[index * background.rows + row] ?? NaN;
      }
      worth[first + index] = sum / background.rows;
    }
  }
  return worth;
}

/** `[count · background rows, values]`: the background, with present features overwritten. */
function mixedRows(
  { row, background }: CoalitionGame,
  { features, masks }: Coalitions,
  first: number,
  count: number,
): Float32Array {
  const { values } = background;
  const x = new Float32Array(count * background.rows * values);
  const present = new Int32Array(features.length);
  for (let index = 0; index < count; index += 1) {
    const start = index * background.x.length;
    x.set(background.x, start);
    const size = presentFeatures(masks, (first + index) * features.length, features, present);
    for (let at = start; at < start + background.x.length; at += values) {
      for (let k = 0; k < size; k += 1) {
        const value = present[k] as number;
        x[at + value] = row[value] as number;
      }
    }
  }
  return x;
}

/** Fills `present` with the features of one mask; @returns how many. */
function presentFeatures(
  masks: Uint8Array,
  offset: number,
  features: readonly number[],
  present: Int32Array,
): number {
  let size = 0;
  for (let index = 0; index < features.length; index += 1) {
    if (masks[offset + index] === 1) {
      present[size] = features[index] as number;
      size += 1;
    }
  }
  return size;
}

/**
 * The features in which some background row differs from the row. All others have the
 * attribution 0 by definition, so leaving them out changes nothing but the cost. Equality is
 * exact; the reference's tolerance would trade accuracy for speed.
 */
export function varyingFeatures(row: Float32Array, background: RowBlock): number[] {
  const varying: number[] = [];
  for (let value = 0; value < background.values; value += 1) {
    for (let at = value; at < background.x.length; at += background.values) {
      if (background.x[at] !== row[value]) {
        varying.push(value);
        break;
      }
    }
  }
  return varying;
}
