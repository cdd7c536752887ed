import { digest64 } from '../../../data/row-digests.ts';

/** Encoded rows with their labels. */
export interface LabelledRows {
  /** `[rows, values]`. */
  readonly x: Float32Array;
  /** `[rows]`. */
  readonly y: ArrayLike<number>;
  readonly rows: number;
}

export interface SharedRows {
  /** `[rows]`, 1 where the training part has the very same values. */
  readonly shared: Uint8Array;
  /** How many of those have another label there, and never their own. */
  readonly contradictory: number;
}

/** Which audited rows the training part has too, told by digests of 64 bits. */
export function sharedRows(audited: LabelledRows, training: LabelledRows): SharedRows {
  const labels = new Map<bigint, Set<number>>();
  for (let row = 0; row < training.rows; row += 1) {
    const digest = digestOf(training, row);
    const known = labels.get(digest) ?? new Set();
    labels.set(digest, known.add(training.y[row] as number));
  }
  const shared = new Uint8Array(audited.rows);
  let contradictory = 0;
  for (let row = 0; row < audited.rows; row += 1) {
    const known = labels.get(digestOf(audited, row));
    if (!known) continue;
    shared[row] = 1;
    if (!known.has(audited.y[row] as number)) contradictory += 1;
  }
  return { shared, contradictory };
}

function digestOf({ x, rows }: LabelledRows, row: number): bigint {
  const values = x.length / rows;
  // +0 so that 0 and −0, which no model tells apart, have one digest.
  const own = x.slice(row * values, (row + 1) * values).map((value) => value + 0);
  return digest64(new Uint8Array(own.buffer));
}
