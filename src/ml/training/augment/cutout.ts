/** Blanks a square of a picture. */
import type { Picture } from './picture.ts';

export interface Square {
  /** Of its first pixel; may be outside. */
  readonly left: number;
  readonly top: number;
  /** Pixels. */
  readonly side: number;
}

/** @see DeVries and Taylor 2017, arXiv:1708.04552 */
export function cutOut(picture: Picture, { left, top, side }: Square): void {
  const { values, height, width, channels } = picture;
  const [first, last] = [Math.max(left, 0), Math.min(left + side, width)];
  for (let y = Math.max(top, 0); y < Math.min(top + side, height); y += 1) {
    values.fill(0, channels * (y * width + first), channels * (y * width + Math.max(first, last)));
  }
}
