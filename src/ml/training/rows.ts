/** Encoded rows with their labels, and batches of them. */

export interface Rows {
  readonly count: number;
  /** Values of one row. */
  readonly width: number;
  /** `[count, width]`. */
  readonly x: Float32Array;
  /** `[count]`, class indices. */
  readonly y: Int32Array;
}

/** The rows `order[start … end)`, copied. */
export function gatherRows(
  rows: Rows,
  order: Int32Array,
  { start, end }: { readonly start: number; readonly end: number },
): Rows {
  const { width } = rows;
  const count = end - start;
  const x = new Float32Array(count * width);
  const y = new Int32Array(count);
  for (let at = 0; at < count; at += 1) {
    const row = order[start + at] as number;
    x.set(rows.x.subarray(row * width, (row + 1) * width), at * width);
    y[at] = rows.y[row] as number;
  }
  return { count, width, x, y };
}

/** @returns `[rows, classes]`, 1 at the label. */
export function oneHot(labels: Int32Array, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    targets[row * classes + label] = 1;
  });
  return targets;
}
