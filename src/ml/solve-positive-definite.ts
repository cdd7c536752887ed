/**
 * Solves A x = b by Cholesky decomposition in float64.
 *
 * @param matrix  `[n][n]`, symmetric; only the lower triangle is read.
 * @param right  `[n]`.
 * @returns `[n]`, or `null` if a pivot is not above 1e-13 of its diagonal value: the matrix is
 * not positive definite, or so nearly singular that the answer would mean nothing.
 * @see Golub and Van Loan, Matrix Computations, 4th ed., algorithm 4.2.1
 */
export function solvePositiveDefinite(
  matrix: readonly (readonly number[] | Float64Array)[],
  right: readonly number[] | Float64Array,
): number[] | null {
  const size = right.length;
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i]?.[j] ?? NaN;
      for (let k = 0; k < j; k += 1) sum -= lower[i * size + k]! * lower[j * size + k]!;
      if (i !== j) lower[i * size + j] = sum / lower[j * size + j]!;
      else if (sum > 1e-13 * (matrix[i]?.[i] ?? NaN)) lower[i * size + i] = Math.sqrt(sum);
      else return null;
    }
  }
  return backSubstitute(lower, forwardSubstitute(lower, right));
}

function forwardSubstitute(lower: Float64Array, right: ArrayLike<number>): Float64Array {
  const size = right.length;
  const solved = Float64Array.from(right);
  for (let i = 0; i < size; i += 1) {
    for (let k = 0; k < i; k += 1) solved[i]! -= lower[i * size + k]! * solved[k]!;
    solved[i]! /= lower[i * size + i]!;
  }
  return solved;
}

function backSubstitute(lower: Float64Array, right: Float64Array): number[] {
  const size = right.length;
  for (let i = size - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < size; k += 1) right[i]! -= lower[k * size + i]! * right[k]!;
    right[i]! /= lower[i * size + i]!;
  }
  return Array.from(right);
}
