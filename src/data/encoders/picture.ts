/** Pictures that a column names. */
import { PipelineError } from '../../errors.ts';
import type { PictureEncoder } from '../dataset.ts';
import type { FeatureColumns } from '../feature-columns.ts';
import type { Table } from '../table.ts';
import type { Encoding } from './encoding.ts';

const WHITE = 255;

/** @throws PipelineError `SPEC_INVALID` for other than 1 or 3 channels. */
export function fitPicture(table: Table, { group, columns }: FeatureColumns): PictureEncoder {
  const [column = ''] = columns;
  const shape = table.pixels?.get(column)?.shape;
  if (shape === undefined)
    throw new PipelineError('INTERNAL', `The pictures of ${column} are not read`);
  return { type: 'picture', column, shape, fit: group.fit ?? 'fill' };
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
