import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface RowTable {
  /** `[rows, width]`, row after row. */
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly width: number;
}

export interface PrincipalPlane {
  /** `[width]`. */
  readonly mean: Float64Array;
  /** Two directions of length 1, `[width]` each, at a right angle; the largest entry is positive. */
  readonly directions: readonly [Float64Array, Float64Array];
  /** `[rows]`, each row's place on the plane. */
  readonly places: readonly (readonly [number, number])[];
  /** Of the variance, that of each direction, 0 to 1; 0 where all rows are equal. */
  readonly shares: readonly [number, number];
}

/**
 * The two directions in which rows vary most. Of rows that vary in fewer directions the rest is
 * zero, and so is every place along it.
 *
 * Takes the products of columns or of rows, whichever are fewer.
 *
 * @see Jolliffe 2002, Principal Component Analysis, section 3.5
 */
export function principalPlane(table: RowTable): PrincipalPlane {
  const { rows, width } = table;
  const mean = meanOf(table);
  const centred = new Matrix(rows, width);
  let total = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let at = 0; at < width; at += 1) {
      const value = (table.values[row * width + at] ?? NaN) - (mean[at] ?? 0);
      centred.set(row, at, value);
      total += value * value;
    }
  }
  const isWide = width > rows;
  const turned = centred.transpose();
  const product = isWide ? centred.mmul(turned) : turned.mmul(centred);
  const { realEigenvalues: sizes, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(
    product,
    { assumeSymmetric: true },
  );
  const directions = [0, 1].map((place) => {
    const index = sizes.length - 1 - place;
    // Rounding leaves a little where there is nothing.
    if (index < 0 || (sizes[index] ?? 0) <= 1e-12 * total) return new Float64Array(width);
    const vector = vectors.getColumn(index);
    return toUnit(isWide ? turned.mmul(Matrix.columnVector(vector)).to1DArray() : vector);
  }) as [Float64Array, Float64Array];
  const places = Array.from({ length: rows }, (_, row) => {
    const own = centred.getRow(row);
    return [dot(own, directions[0]), dot(own, directions[1])] as const;
  });
  const shareOf = (axis: 0 | 1): number =>
    total > 0 ? places.reduce((sum, place) => sum + place[axis] ** 2, 0) / total : 0;
  return { mean, directions, places, shares: [shareOf(0), shareOf(1)] };
}

function meanOf({ values, rows, width }: RowTable): Float64Array {
  const mean = new Float64Array(width);
  for (let at = 0; at < rows * width; at += 1) {
    mean[at % width] = (mean[at % width] ?? 0) + (values[at] ?? NaN) / rows;
  }
  return mean;
}

/** The sign of a direction means nothing; this one is the same on every machine. */
function toUnit(vector: readonly number[]): Float64Array {
  const largest = vector.reduce((most, one) => (Math.abs(one) > Math.abs(most) ? one : most), 0);
  const length = Math.sqrt(vector.reduce((sum, one) => sum + one * one, 0));
  return Float64Array.from(vector, (one) => (one * Math.sign(largest)) / length);
}

const dot = (one: ArrayLike<number>, other: ArrayLike<number>): number => {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
};
