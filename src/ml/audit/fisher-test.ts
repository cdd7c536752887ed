export interface SegmentErrors {
  /** Wrong rows of the segment. */
  readonly errors: number;
  readonly rows: number;
  /** Of all rows, the segment's among them. */
  readonly allErrors: number;
  readonly allRows: number;
}

/**
 * One-sided p-value of Fisher's exact test that a segment has a higher error rate than the rest: the
 * chance that so many errors or more fall into it, were they dealt to rows at random.
 *
 * Summed from the observed count away from the mean, relative to its own term, so that small values
 * keep their digits and large ones do not overflow.
 *
 * @returns 0 to 1; 1 where the segment is everything or nothing, or no row is wrong.
 * @see Fisher 1935, "The logic of inductive inference", JRSS 98
 */
export function fisherMoreErrors(segment: SegmentErrors): number {
  const { errors, rows, allErrors, allRows } = segment;
  if (errors <= Math.max(0, rows + allErrors - allRows)) return 1;
  if (errors * allRows > rows * allErrors) return Math.min(1, upperTail(segment));
  // The errors that are not in the segment: fewer in it are more of them.
  const others = { errors: allErrors - errors + 1, rows: allRows - rows, allErrors, allRows };
  return Math.max(0, 1 - upperTail(others));
}

function upperTail({ errors, rows, allErrors, allRows }: SegmentErrors): number {
  const most = Math.min(rows, allErrors);
  let term = 1;
  let sum = 1;
  for (let k = errors; k < most && term > sum * Number.EPSILON; k += 1) {
    term *= ((rows - k) * (allErrors - k)) / ((k + 1) * (allRows - rows - allErrors + k + 1));
    sum += term;
  }
  const logTerm =
    logChoose(allErrors, errors) +
    logChoose(allRows - allErrors, rows - errors) -
    logChoose(allRows, rows);
  return sum * Math.exp(logTerm);
}

const logChoose = (n: number, k: number): number =>
  logFactorial(n) - logFactorial(k) - logFactorial(n - k);

/** ln n! at its index. */
const logFactorials = [0];

function logFactorial(n: number): number {
  for (let known = logFactorials.length; known <= n; known += 1) {
    logFactorials.push((logFactorials[known - 1] as number) + Math.log(known));
  }
  return logFactorials[n] as number;
}
