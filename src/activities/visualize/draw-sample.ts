import type { LoadedPart } from '../../data/load-part.ts';
import { CounterRandom } from '../../ml/random.ts';
import type { RowTable } from '../../ml/visualize/principal-components.ts';

export interface SampledRows extends RowTable {
  readonly labels: readonly number[];
  readonly sourceRows: readonly number[];
}

/** At most so many rows of a part, drawn without replacement, in their order. */
export function drawSample(
  { x, y, rows, sourceRows }: LoadedPart,
  { points, seed }: { readonly points: number; readonly seed: number },
): SampledRows & { readonly values: Float32Array } {
  const width = x.length / rows;
  const order = new CounterRandom({ seed, stream: 'visualize-rows' }).permutation(rows);
  const chosen = Array.from(order.subarray(0, points)).sort((a, b) => a - b);
  const values = new Float32Array(chosen.length * width);
  chosen.forEach((row, at) => values.set(x.subarray(row * width, (row + 1) * width), at * width));
  return {
    values,
    rows: chosen.length,
    width,
    labels: chosen.map((row) => y[row] ?? 0),
    sourceRows: chosen.map((row) => sourceRows[row] ?? 0),
  };
}
