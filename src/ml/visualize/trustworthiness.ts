import { type Neighbour, nearestRows } from './nearest-rows.ts';

export interface Projection {
  /** Of the rows where they were, as `nearestRows`. */
  readonly neighbours: readonly (readonly Neighbour[])[];
  /** Where they are drawn. */
  readonly places: readonly (readonly [number, number])[];
  /** How many neighbours count; less than half the rows. */
  readonly nearest: number;
}

/**
 * How far neighbours in a drawing are neighbours in truth: 1 if all are, about 0.5 by chance.
 *
 * @returns `null` with fewer than three rows, where every drawing is right.
 * @see Venna and Kaski 2001; scikit-learn's `trustworthiness`
 */
export function trustworthiness({ neighbours, places, nearest }: Projection): number | null {
  const rows = places.length;
  const k = Math.min(nearest, Math.floor((rows - 1) / 2));
  if (k < 1) return null;
  const drawn = nearestRows({ values: places.flat(), rows, width: 2 });
  let penalty = 0;
  drawn.forEach((around, row) => {
    const ranks = new Map(neighbours[row]?.map((neighbour, rank) => [neighbour.row, rank + 1]));
    for (const neighbour of around.slice(0, k)) {
      penalty += Math.max(0, (ranks.get(neighbour.row) ?? rows) - k);
    }
  });
  return 1 - (2 / (rows * k * (2 * rows - 3 * k - 1))) * penalty;
}
