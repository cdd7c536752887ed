import type { Encoder } from '../../data/dataset.ts';
import { widthOf } from '../../data/encoders/encodings.ts';
import { median } from './class-points.ts';
import type { RowTable } from './principal-components.ts';

/**
 * A row as most are: of a category the most frequent, of everything else the median of each value.
 *
 * @param table  at least one row.
 */
export function typicalRow(table: RowTable, encoders: readonly Encoder[]): Float32Array {
  const { rows, width, values } = table;
  const columnOf = (at: number): number[] =>
    Array.from({ length: rows }, (_, row) => values[row * width + at] ?? NaN);
  const typical = new Float32Array(width);
  let offset = 0;
  for (const encoder of encoders) {
    const places = Array.from({ length: widthOf(encoder) }, (_, at) => offset + at);
    if (encoder.type === 'category') {
      const counts = places.map((at) => columnOf(at).reduce((sum, value) => sum + value, 0));
      const unknown = rows - counts.reduce((sum, count) => sum + count, 0);
      const most = counts.indexOf(Math.max(...counts));
      // A category that the training part lacked is all zeros, and may itself be the most frequent.
      if (most >= 0 && (counts[most] ?? 0) >= unknown) typical[offset + most] = 1;
    } else {
      for (const at of places) typical[at] = median(columnOf(at));
    }
    offset += places.length;
  }
  return typical;
}
