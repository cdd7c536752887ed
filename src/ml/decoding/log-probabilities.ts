/**
 * log softmax of each row, in double precision.
 *
 * @param logits  `[rows, classes]`.
 */
export function logProbabilities(logits: Float32Array, rows: number): Float64Array[] {
  const classes = logits.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const z = Float64Array.from(logits.subarray(row * classes, (row + 1) * classes));
    const largest = z.reduce((most, value) => Math.max(most, value), -Infinity);
    const sum = z.reduce((total, value) => total + Math.exp(value - largest), 0);
    const shift = largest + Math.log(sum);
    return z.map((value) => value - shift);
  });
}
