/** Encoded rows back in the units of the source, for people to look at. */
import { PipelineError } from '../errors.ts';
import type { Encoder, ImageEncoder, PictureEncoder } from './dataset.ts';
import { columnsOf, decodeValues, widthOf } from './encoders/encodings.ts';

export interface ReadablePicture {
  /** `[height, width, channels]`. */
  readonly shape: readonly number[];
  /** In [0, 1] whatever the source's range was; row by row, channels last. */
  readonly pixels: readonly number[];
}

export type ReadableRow =
  | ({ readonly kind: 'image' } & ReadablePicture)
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'row';
      readonly values: Readonly<Record<string, string | number | null>>;
      /** By column, or by the first of its columns. */
      readonly pictures?: Readonly<Record<string, ReadablePicture>>;
    };

const PIXEL_STEPS = 10_000;
/** Enough to see by; a hundred rows of photos would be too much JSON. */
const MAX_SIDE = 128;

/**
 * Undoes the encoders of one row. An imputed cell shows what stands for it; a category that the
 * training part lacked, or an empty one, shows as `null`.
 *
 * @param row    `[values]`, one per value that the encoders make.
 * @param shown  cells of columns whose encoding does not keep them: texts, dates, lists.
 * @throws PipelineError `DATA_INVALID` if the row does not have that many values.
 */
export function decodeRow(
  encoders: readonly Encoder[],
  row: Float32Array,
  shown: Readonly<Record<string, string | null>> = {},
): ReadableRow {
  const slices = sliceRow(encoders, row);
  const [only] = slices;
  if (slices.length === 1 && only) {
    if (isPicture(only.encoder)) return { kind: 'image', ...pictureOf(only.encoder, only.values) };
    if (only.encoder.type === 'text') {
      const [cell] = cellsOf(only, shown);
      return { kind: 'text', text: String(cell?.[1] ?? '') };
    }
  }
  const cells = slices.flatMap((slice) => (isPicture(slice.encoder) ? [] : cellsOf(slice, shown)));
  const pictures = slices.flatMap(({ encoder, values }) =>
    isPicture(encoder) ? [[columnsOf(encoder)[0] ?? '', pictureOf(encoder, values)] as const] : [],
  );
  // Unlike assignment this keeps a column that is called `__proto__`.
  const values = Object.fromEntries(cells);
  if (pictures.length === 0) return { kind: 'row', values };
  return { kind: 'row', values, pictures: Object.fromEntries(pictures) };
}

interface Slice {
  readonly encoder: Encoder;
  readonly values: Float32Array;
}

function sliceRow(encoders: readonly Encoder[], row: Float32Array): Slice[] {
  const width = encoders.reduce((sum, encoder) => sum + widthOf(encoder), 0);
  if (row.length !== width) {
    throw new PipelineError(
      'DATA_INVALID',
      `a row of ${row.length} values does not fit encoders that make ${width}`,
    );
  }
  let offset = 0;
  return encoders.map((encoder) => {
    const from = offset;
    offset += widthOf(encoder);
    return { encoder, values: row.subarray(from, offset) };
  });
}

function cellsOf(
  { encoder, values }: Slice,
  shown: Readonly<Record<string, string | null>>,
): (readonly [string, string | number | null])[] {
  return decodeValues(encoder, values).map(([column, value]) => [
    column,
    Object.hasOwn(shown, column) ? (shown[column] ?? null) : value,
  ]);
}

const isPicture = (encoder: Encoder): encoder is ImageEncoder | PictureEncoder =>
  encoder.type === 'image' || encoder.type === 'picture';

function pictureOf(
  { shape }: ImageEncoder | PictureEncoder,
  values: Float32Array,
): ReadablePicture {
  const small = shrink(shape, values);
  const pixels = Array.from(small.pixels, (value) => Math.round(value * PIXEL_STEPS) / PIXEL_STEPS);
  return { shape: small.shape, pixels };
}

/** Means over squares where a side has more than 128 pixels; what is over at the edges is cut. */
function shrink(shape: readonly [number, number, number], pixels: Float32Array) {
  const [height, width, channels] = shape;
  const side = Math.ceil(Math.max(height, width) / MAX_SIDE);
  // A side shorter than a square leaves one pixel.
  const [down, across] = [Math.min(side, height), Math.min(side, width)];
  if (side <= 1) return { shape, pixels };
  const [rows, columns] = [Math.floor(height / down), Math.floor(width / across)];
  const small = new Float32Array(rows * columns * channels);
  for (let y = 0; y < rows * down; y += 1) {
    for (let x = 0; x < columns * across; x += 1) {
      const to = (Math.floor(y / down) * columns + Math.floor(x / across)) * channels;
      for (let channel = 0; channel < channels; channel += 1) {
        const value = pixels[(y * width + x) * channels + channel] as number;
        small[to + channel] = (small[to + channel] as number) + value / (down * across);
      }
    }
  }
  return { shape: [rows, columns, channels], pixels: small };
}
