/** Takes more of one column for less of others. */
import type { Column } from './changeable-columns.ts';
import { distanceBetween, encodedBounds, settle, type RowSpace } from './row-space.ts';
import { sparsen, type Judge } from './sparsen.ts';

const MOST_ROUNDS = 3;
/** Of categories with many values the first, so that a round stays affordable. */
const MOST_ENDS = 200;

/**
 * Pushes a column to an end of its range, takes back what the others then need not change, and then the
 * column itself; keeps the best of these as long as one is nearer. A greedy search alone stays where
 * two columns share a change that one of them makes more cheaply.
 *
 * @param valid  settled, and of the wanted answer.
 */
export async function exchange(
  space: RowSpace,
  valid: Float32Array,
  judge: Judge,
): Promise<Float32Array> {
  let best = valid;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const before = best;
    const pushes = pushesOf(space, best).slice(0, MOST_ENDS);
    const isValid = pushes.length === 0 ? [] : await judge(pushes.map(({ pushed }) => pushed));
    for (const { column, pushed } of pushes.filter((_, index) => isValid[index])) {
      const others = space.columns.filter((one) => one !== column);
      const lean = await sparsen({ row: space.row, columns: others }, pushed, judge);
      const found = await sparsen({ row: space.row, columns: [column] }, lean, judge);
      if (distanceBetween(space, found) < distanceBetween(space, best)) best = found;
    }
    if (best === before) return best;
  }
  return best;
}

interface Push {
  readonly column: Column;
  readonly pushed: Float32Array;
}

function pushesOf({ row, columns }: RowSpace, from: Float32Array): Push[] {
  return columns.flatMap((column) => {
    const size = column.kind === 'number' ? 1 : column.size;
    const own = from.subarray(column.at, column.at + size);
    return endsOf(column, row)
      .map((end) => settle({ row, columns: [column] }, end).slice(column.at, column.at + size))
      .filter((values) => values.some((value, index) => value !== own[index]))
      .map((values) => {
        const pushed = from.slice();
        pushed.set(values, column.at);
        return { column, pushed };
      });
  });
}

/** Copies of the row with the column at each end: the bounds of a number, every category. */
function endsOf(column: Column, row: Float32Array): Float32Array[] {
  const { at } = column;
  if (column.kind === 'number') {
    return encodedBounds(column, row).map((bound) => {
      const end = row.slice();
      end[at] = bound;
      return end;
    });
  }
  return Array.from({ length: column.size }, (_, index) => {
    const end = row.slice();
    end.fill(0, at, at + column.size);
    end[at + index] = 1;
    return end;
  });
}
