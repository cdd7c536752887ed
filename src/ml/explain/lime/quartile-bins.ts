/** A column in bins, as the reference's `QuartileDiscretizer` makes them. */
export interface QuartileBins {
  /** Ascending, each once; a value equal to a border lies below it. */
  readonly borders: Float64Array;
  /** Each `[borders + 1]`, of the training rows in the bin. */
  readonly counts: Int32Array;
  readonly means: Float64Array;
  /** With the reference's 1e-11, so that none is 0. */
  readonly deviations: Float64Array;
  readonly lows: Float64Array;
  readonly highs: Float64Array;
}

const SHARES = [0.25, 0.5, 0.75];
const LEAST_DEVIATION = 1e-11;

/**
 * Bins between the quartiles of a column.
 *
 * @param column  at least one value, all finite.
 * @see lime 0.2 `discretize.py`; Hyndman and Fan 1996, definition 7, for the quartiles
 */
export function quartileBins(column: Float64Array): QuartileBins {
  const sorted = column.slice().sort();
  const borders = Float64Array.from(new Set(SHARES.map((share) => percentile(sorted, share))));
  const bins = borders.length + 1;
  const [low, high] = [sorted[0] as number, sorted.at(-1) as number];
  const counts = new Int32Array(bins);
  const sums = new Float64Array(bins);
  for (const value of column) {
    const bin = binOf(borders, value);
    counts[bin]! += 1;
    sums[bin]! += value;
  }
  const means = sums.map((sum, bin) => (counts[bin] ? sum / counts[bin] : 0));
  const squares = new Float64Array(bins);
  for (const value of column) {
    const bin = binOf(borders, value);
    squares[bin]! += (value - (means[bin] as number)) ** 2;
  }
  return {
    borders,
    counts,
    means,
    deviations: squares.map(
      (sum, bin) => (counts[bin] ? Math.sqrt(sum / counts[bin]) : 0) + LEAST_DEVIATION,
    ),
    lows: Float64Array.of(low, ...borders),
    highs: Float64Array.of(...borders, high),
  };
}

/** How many borders lie below the value. */
export function binOf(borders: Float64Array, value: number): number {
  let bin = 0;
  while (bin < borders.length && value > (borders[bin] as number)) bin += 1;
  return bin;
}

function percentile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const from = sorted[below] as number;
  const to = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  const part = at - below;
  // As numpy does, from the nearer end.
  return part < 0.5 ? from + (to - from) * part : to - (to - from) * (1 - part);
}

/**
 * The bin in words, such as `5.10 < width <= 6.40`, with two decimals as the reference writes them;
 * with more where two borders would read alike.
 */
export function nameOfBin(name: string, borders: readonly number[], bin: number): string {
  let decimals = 2;
  const read = () => borders.map((border) => border.toFixed(decimals));
  while (decimals < 12 && new Set(read()).size < borders.length) decimals += 1;
  const [below, above] = [read()[bin - 1], read()[bin]];
  if (below === undefined) return `${name} <= ${above}`;
  return above === undefined ? `${name} > ${below}` : `${below} < ${name} <= ${above}`;
}
