import { PipelineError } from '../../errors.ts';

/**
 * A classifier as explainers see it: probabilities of many encoded rows at once.
 *
 * @param x  `[rows, values]`, float32, back to back.
 * @returns `[rows, classes]`; float64 where the model can.
 */
export type ModelFunction = (x: Float32Array, rows: number) => Promise<Float32Array | Float64Array>;

/** Rows of numbers, back to back. */
export interface RowBlock {
  /** `[rows, values]`. */
  readonly x: Float32Array;
  readonly rows: number;
  /** Encoded values of one row. */
  readonly values: number;
}

/** What an attribution method says of one row and one class. */
export interface Attribution {
  /** `[values]`, in probability. */
  readonly attributions: Float64Array;
  /** Probability of the class at the row. */
  readonly output: number;
  /** Probability at the baseline, or its mean over the background. */
  readonly baseOutput: number;
  /** |Σ attributions − (output − baseOutput)|. */
  readonly error: number;
  /**
   * Where coalitions were drawn: an estimate of the largest error of an attribution, in
   * probability, 1 where nothing is known; `null` where nothing was drawn.
   */
  readonly samplingError: number | null;
  /** Rows given to the model. */
  readonly evaluations: number;
}

/** @returns `[rows]`, the probability of one class. */
export async function classProbabilities(
  model: ModelFunction,
  block: Pick<RowBlock, 'x' | 'rows'>,
  classIndex: number,
): Promise<Float64Array> {
  const outputs = await model(block.x, block.rows);
  const classes = outputs.length / block.rows;
  if (!Number.isInteger(classes) || classIndex >= classes) {
    throw new PipelineError(
      'SHAPE_MISMATCH',
      `the model gave ${outputs.length} probabilities for ${block.rows} rows`,
    );
  }
  const own = new Float64Array(block.rows);
  for (let row = 0; row < block.rows; row += 1) {
    own[row] = outputs[row * classes + classIndex] ?? NaN;
  }
  return own;
}

/** |Σ attributions − (output − baseOutput)|: the part of the change left unexplained. */
export function additivityError(
  attributions: Float64Array,
  output: number,
  baseOutput: number,
): number {
  const sum = attributions.reduce((total, value) => total + value, 0);
  return Math.abs(sum - (output - baseOutput));
}
