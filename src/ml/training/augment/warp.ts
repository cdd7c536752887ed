/** Moves, turns and enlarges a picture. */
import type { Picture } from './picture.ts';

export interface Warp {
  /** Pixels to the right and down, fractions too. */
  readonly right: number;
  readonly down: number;
  /** Radians, clockwise as one sees it. */
  readonly angle: number;
  /** Above 1 enlarges. */
  readonly zoom: number;
  /** What comes in from outside: the nearest pixel of the edge, or 0. */
  readonly fill: 'edge' | 'zero';
}

/**
 * Turns and enlarges about the centre, then moves; between pixels it interpolates linearly in both
 * directions, so that whole pixels and quarter turns of a square are exact but for rounding.
 */
export function warpPicture(picture: Picture, warp: Warp): void {
  const { values, height, width, channels } = picture;
  const source = { ...picture, values: values.slice() };
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const cosine = Math.cos(warp.angle) / warp.zoom;
  const sine = Math.sin(warp.angle) / warp.zoom;
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      // Where the value comes from: the warp undone.
      const dx = x - warp.right - middleX;
      const dy = y - warp.down - middleY;
      const fromX = cosine * dx + sine * dy + middleX;
      const fromY = cosine * dy - sine * dx + middleY;
      sample(source, { x: fromX, y: fromY, fill: warp.fill }, values.subarray(at, at + channels));
      at += channels;
    }
  }
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly fill: Warp['fill'];
}

function sample(source: Picture, { x, y, fill }: Place, into: Float32Array): void {
  const { values, height, width, channels } = source;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  into.fill(0);
  for (let corner = 0; corner < 4; corner += 1) {
    const [column, row] = [left + (corner & 1), top + (corner >> 1)];
    const weight = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
    const isOutside = column < 0 || row < 0 || column >= width || row >= height;
    if (weight <= 0 || (isOutside && fill === 'zero')) continue;
    const from = channels * (clamp(row, height) * width + clamp(column, width));
    for (let channel = 0; channel < channels; channel += 1) {
      into[channel] = (into[channel] as number) + weight * (values[from + channel] as number);
    }
  }
}

const clamp = (index: number, size: number): number => Math.min(Math.max(index, 0), size - 1);
