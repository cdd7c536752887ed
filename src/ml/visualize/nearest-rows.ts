import type { RowTable } from './principal-components.ts';

/**
 * Every other row by its Euclidean distance, nearest first; of equal ones the earlier first.
 *
 * @returns for each row `[rows − 1]` pairs.
 */
export function nearestRows({ values, rows, width }: RowTable): readonly (readonly Neighbour[])[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: rows }, (__, other) => {
      let sum = 0;
      for (let at = 0; at < width; at += 1) {
        sum += ((values[row * width + at] ?? NaN) - (values[other * width + at] ?? NaN)) ** 2;
      }
      return { row: other, distance: Math.sqrt(sum) };
    })
      .filter((neighbour) => neighbour.row !== row)
      .sort((a, b) => a.distance - b.distance || a.row - b.row),
  );
}

export interface Neighbour {
  readonly row: number;
  readonly distance: number;
}
