/** Takes back whatever a changed row does not need. */
import type { NumberColumn } from './changeable-columns.ts';
import { changedColumns, distanceBetween, putBack, settle, type RowSpace } from './row-space.ts';

/** Of each row, whether the model gives the wanted answer. */
export type Judge = (rows: readonly Float32Array[]) => Promise<readonly boolean[]>;

/** Places between a value and its change that are tried at once; three rounds are 1/4096 of it. */
const PLACES = 16;
const ROUNDS = 3;

/**
 * Puts back a column after another, always the one that saves most of those that the answer does not
 * need, then takes each number as near to the row's own as the answer allows, and looks once more.
 *
 * @param valid  settled, and of the wanted answer.
 */
export async function sparsen(
  space: RowSpace,
  valid: Float32Array,
  judge: Judge,
): Promise<Float32Array> {
  let best = await putBackGreedily(space, valid, judge);
  for (const column of changedColumns(space, best)) {
    if (column.kind === 'number') best = await nearest(space, best, { column, judge });
  }
  return putBackGreedily(space, best, judge);
}

async function putBackGreedily(space: RowSpace, valid: Float32Array, judge: Judge) {
  let best = valid;
  for (;;) {
    const tries = changedColumns(space, best).map((column) => putBack(space, best, column));
    if (tries.length === 0) return best;
    const isValid = await judge(tries);
    const left = tries.filter((_, index) => isValid[index]);
    if (left.length === 0) return best;
    best = left.reduce((one, other) =>
      distanceBetween(space, other) < distanceBetween(space, one) ? other : one,
    );
  }
}

interface OneNumber {
  readonly column: NumberColumn;
  readonly judge: Judge;
}

async function nearest(space: RowSpace, valid: Float32Array, { column, judge }: OneNumber) {
  const { at } = column;
  const own = space.row[at]!;
  let best = valid;
  let [from, to] = [0, 1];
  const end = valid[at]!;
  for (let round = 0; round < ROUNDS; round += 1) {
    const shares = Array.from(
      { length: PLACES },
      (_, i) => from + ((to - from) * (i + 1)) / PLACES,
    );
    const tries = shares.map((share) => {
      const nearer = valid.slice();
      nearer[at] = own + share * (end - own);
      nearer[at] = settle({ row: space.row, columns: [column] }, nearer)[at]!;
      return nearer;
    });
    const isValid = await judge(tries);
    const index = isValid.indexOf(true);
    if (index < 0) return best;
    const found = tries[index]!;
    if (distanceBetween(space, found) < distanceBetween(space, best)) best = found;
    to = shares[index]!;
    from = index === 0 ? from : shares[index - 1]!;
  }
  return best;
}
