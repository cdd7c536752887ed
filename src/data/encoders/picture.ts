/** Pictures that a column names. */
import { PipelineError } from '../../errors.ts';
import type { PictureEncoder } from '../dataset.ts';
import type { FeatureColumns } from '../feature-columns.ts';
import type { Encoding } from './encoding.ts';
import type { Fit } from './fit.ts';

const WHITE = 255;

/** Of blocks with the pixels; they all have one shape. */
export function pictureFit({ group, columns }: FeatureColumns): Fit<PictureEncoder> {
  const [column = ''] = columns;
  let shape: PictureEncoder['shape'] | undefined;
  return {
    columns,
    add: (block) => {
      shape ??= block.pixels?.get(column)?.shape;
    },
    finish: () => {
      if (shape) return { type: 'picture', column, shape, fit: group.fit ?? 'fill' };
      throw new PipelineError('INTERNAL', `The pictures of ${column} are not read`);
    },
  };
}

export const pictureEncoding: Encoding<PictureEncoder> = {
  width: ({ shape }) => sizeOf(shape),
  names: ({ column, shape: [height, width, channels] }) =>
    Array.from({ length: height * width * channels }, (_, index) => {
      const place = Math.floor(index / channels);
      const at = `${Math.floor(place / width)},${place % width}`;
      return `${column}[${at}${channels > 1 ? `,${index % channels}` : ''}]`;
    }),
  open: ({ column, shape }, table) => {
    const pixels = table.pixels?.get(column);
    if (pixels?.shape.join() !== shape.join()) {
      throw new PipelineError('INTERNAL', `The pictures of ${column} are not read in this shape`);
    }
    const size = sizeOf(shape);
    const { data } = pixels;
    return {
      write: (row, out, offset) => {
        writePixels(data.subarray(row * size, (row + 1) * size), out, offset);
      },
    };
  },
  decode: ({ column }) => [[column, null]],
};

/** @param pixels  of one picture, 0 to 255. */
export function writePixels(pixels: Uint8Array, out: Float32Array, offset: number): void {
  for (let index = 0; index < pixels.length; index += 1) {
    out[offset + index] = (pixels[index] as number) / WHITE;
  }
}

const sizeOf = ([height, width, channels]: PictureEncoder['shape']): number =>
  height * width * channels;
