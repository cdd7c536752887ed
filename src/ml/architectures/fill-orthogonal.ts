/**
 * Rows of length 1 at right angles to each other: normal draws made orthogonal, which is uniform
 * over all such matrices. Gram–Schmidt in float64, each row twice, loses no digits that float32 has.
 *
 * @param values  `[rows, columns]`, rows ≤ columns.
 * @see Saxe, McClelland and Ganguli 2013, arXiv:1312.6120
 */
export function fillOrthogonal(values: Float32Array, rows: number, normal: () => number): void {
  const columns = values.length / rows;
  const done: Float64Array[] = [];
  for (let row = 0; row < rows; row += 1) {
    const vector = Float64Array.from({ length: columns }, normal);
    for (const other of [...done, ...done]) {
      const share = dot(vector, other);
      for (let at = 0; at < columns; at += 1) {
        vector[at] = (vector[at] as number) - share * (other[at] as number);
      }
    }
    const length = Math.sqrt(dot(vector, vector));
    done.push(vector.map((value) => value / length));
    values.set(done[row] as Float64Array, row * columns);
  }
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += (one[at] as number) * (other[at] as number);
  return sum;
}
