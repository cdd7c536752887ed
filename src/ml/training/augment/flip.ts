/** Mirrors a picture. */
import type { Picture } from './picture.ts';

/** @param axis  `horizontal` swaps left and right, `vertical` top and bottom. */
export function flipPicture(picture: Picture, axis: 'horizontal' | 'vertical'): void {
  const { values, height, width, channels } = picture;
  const source = values.slice();
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [row, column] = axis === 'horizontal' ? [y, width - 1 - x] : [height - 1 - y, x];
      const from = channels * (row * width + column);
      values.set(source.subarray(from, from + channels), channels * (y * width + x));
    }
  }
}
