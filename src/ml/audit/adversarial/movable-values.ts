/** Which values of an encoded row an attack may move, how far, and where they must stay. */
import type { Encoder } from '../../../data/dataset.ts';
import { widthOf } from '../../../data/encoders/encodings.ts';

/** `[values]` each. */
export interface MovableValues {
  /** What ε = 1 moves a value by; 0: it stays. */
  readonly units: Float32Array;
  /** Whether the value is a pixel, which stays in 0 to 1. */
  readonly isPixel: Uint8Array;
}

/**
 * Numbers and steps of sequences move in standard deviations of their column, pixels in shares of
 * their range. Categories, dates and tokens have no values between, and stay.
 *
 * @param x  `[rows, values]`: what is scaled otherwise than to a standard deviation is measured here.
 */
export function movableValues(
  encoders: readonly Encoder[],
  { x, rows }: { readonly x: Float32Array; readonly rows: number },
): MovableValues {
  const width = encoders.reduce((sum, encoder) => sum + widthOf(encoder), 0);
  const units = new Float32Array(width);
  const isPixel = new Uint8Array(width);
  let at = 0;
  for (const encoder of encoders) {
    const end = at + widthOf(encoder);
    if (encoder.type === 'image' || encoder.type === 'picture') {
      units.fill(1, at, end);
      isPixel.fill(1, at, end);
    } else if (encoder.type === 'number' || encoder.type === 'sequence') {
      for (let value = at; value < end; value += 1) {
        units[value] = encoder.scale === 'standard' ? 1 : deviationOf(x, { rows, width, value });
      }
    }
    at = end;
  }
  return { units, isPixel };
}

function deviationOf(
  x: Float32Array,
  { rows, width, value }: { readonly rows: number; readonly width: number; readonly value: number },
): number {
  const column = Float64Array.from({ length: rows }, (_, row) => x[row * width + value] as number);
  const meanOf = (numbers: Float64Array) => numbers.reduce((a, b) => a + b, 0) / rows;
  const mean = meanOf(column);
  return Math.sqrt(meanOf(column.map((one) => (one - mean) ** 2)));
}
