import type { Picture } from './superpixels.ts';

/** The white of a screen, D65. */
const WHITE = [0.95047, 1, 1.08883] as const;
const FROM_RGB = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
] as const;

/**
 * Colours in CIELAB, where distances are as people see them. Pictures of another number of channels
 * than three have up to three of them as they are, times 100, which is the range of lightness.
 *
 * @returns `[pixels, 3]`
 */
export function labColours({ x, shape }: Picture): Float32Array {
  const [height, width, channels] = shape;
  const lab = new Float32Array(3 * height * width);
  for (let pixel = 0; pixel < height * width; pixel += 1) {
    const from = pixel * channels;
    if (channels !== 3) {
      for (let channel = 0; channel < Math.min(3, channels); channel += 1) {
        lab[3 * pixel + channel] = 100 * (x[from + channel] as number);
      }
      continue;
    }
    const red = linear(x[from] as number);
    const green = linear(x[from + 1] as number);
    const blue = linear(x[from + 2] as number);
    const [fx, fy, fz] = FROM_RGB.map(([r, g, b], axis) =>
      curve((r * red + g * green + b * blue) / (WHITE[axis] as number)),
    ) as [number, number, number];
    lab[3 * pixel] = 116 * fy - 16;
    lab[3 * pixel + 1] = 500 * (fx - fy);
    lab[3 * pixel + 2] = 200 * (fy - fz);
  }
  return lab;
}

/** Undoes sRGB's gamma; what is no colour is taken to the nearest. */
function linear(value: number): number {
  const colour = Math.min(1, Math.max(0, value));
  return colour <= 0.04045 ? colour / 12.92 : ((colour + 0.055) / 1.055) ** 2.4;
}

function curve(share: number): number {
  return share > 216 / 24_389 ? Math.cbrt(share) : (24_389 / 27 / 116) * share + 16 / 116;
}
