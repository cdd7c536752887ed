import { coalitionValues, type CoalitionGame, type Coalitions } from '../coalition-values.ts';

export interface DeletionInsertion {
  /**
   * Area under the probability while values are taken out of the row, those that spoke most for
   * the class first: low where they really carried it. In [0, 1].
   */
  readonly deletion: number;
  /** The same while they are put into a background row, in the same order: high is good. */
  readonly insertion: number;
}

/**
 * Deletion and insertion of what an explanation says matters: an explanation without any
 * knowledge of the model has an insertion and a deletion of about the same size.
 *
 * Absent values are those of background rows, as in the games of SHAP, so that no row is further
 * from the data than those that made the explanation.
 *
 * @param attributions  `[values]`; equals in the order of the row.
 * @param steps         into how many parts the values are divided, at most as many as there are.
 * @see Petsiuk, Das and Saenko 2018, RISE, arXiv:1806.07421
 */
export async function deletionInsertion(
  game: CoalitionGame,
  attributions: ArrayLike<number>,
  steps: number,
): Promise<DeletionInsertion> {
  const size = attributions.length;
  const order = Array.from({ length: size }, (_, index) => index);
  order.sort((i, j) => (attributions[j] as number) - (attributions[i] as number) || i - j);
  const parts = Math.min(steps, size);
  const taken = Array.from({ length: parts + 1 }, (_, part) => Math.round((part * size) / parts));
  const worth = await coalitionValues(game, coalitionsOf(order, taken));
  const deleted = worth.subarray(0, parts + 1);
  const inserted = worth.subarray(parts + 1);
  return { deletion: areaUnder(deleted, taken), insertion: areaUnder(inserted, taken) };
}

/** First all but the first so many, then the first so many alone. */
function coalitionsOf(order: readonly number[], taken: readonly number[]): Coalitions {
  const size = order.length;
  const count = 2 * taken.length;
  const masks = new Uint8Array(count * size);
  taken.forEach((many, at) => {
    order.forEach((value, rank) => {
      const isTaken = rank < many;
      masks[at * size + value] = isTaken ? 0 : 1;
      masks[(taken.length + at) * size + value] = isTaken ? 1 : 0;
    });
  });
  return { features: Array.from({ length: size }, (_, index) => index), count, masks };
}

/** By trapezoids, over the share of the values. */
function areaUnder(heights: Float64Array, taken: readonly number[]): number {
  const all = taken.at(-1) as number;
  return taken.slice(1).reduce((area, many, index) => {
    const width = (many - (taken[index] as number)) / all;
    return area + (width * ((heights[index] as number) + (heights[index + 1] as number))) / 2;
  }, 0);
}
