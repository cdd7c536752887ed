/** Pictures whose pixels are columns. */
import { PipelineError } from '../../errors.ts';
import type { ImageEncoder } from '../dataset.ts';
import type { FeatureColumns } from '../feature-columns.ts';
import type { Encoding } from './encoding.ts';
import { numbersOf } from './numbers-of.ts';
import { unscale } from './unscale.ts';

const DEFAULT_RANGE = [0, 255] as const;

/**
 * @throws PipelineError `SPEC_MISSING_KEY` without a shape; `SPEC_INVALID` for a range that does not
 * rise; `DATA_INVALID` for a shape that does not fit its columns.
 */
export function fitImage({ group, columns }: FeatureColumns): ImageEncoder {
  const [height, width, channels] = group.shape ?? [];
  if (height === undefined || width === undefined || channels === undefined) {
    throw new PipelineError('SPEC_MISSING_KEY', 'A group of type image needs a shape', {
      remedy: 'give shape: [height, width, channels]',
    });
  }
  if (height * width * channels !== columns.length) {
    throw new PipelineError(
      'DATA_INVALID',
      `A picture of [${height}, ${width}, ${channels}] needs ${height * width * channels} columns; ${columns.length} match`,
    );
  }
  const [low = 0, high = 1] = group.range ?? DEFAULT_RANGE;
  if (!(high > low)) {
    throw new PipelineError('SPEC_INVALID', `range [${low}, ${high}] must rise`);
  }
  return { type: 'image', columns, shape: [height, width, channels], range: [low, high] };
}

export const imageEncoding: Encoding<ImageEncoder> = {
  width: ({ columns }) => columns.length,
  names: ({ columns }) => columns,
  open: ({ columns, range: [low, high] }, table) => {
    const pixels = columns.map((column) => numbersOf(table, column));
    return {
      write: (row, out, offset) => {
        pixels.forEach((values, index) => {
          // A missing pixel is the lower end of the range, the background.
          out[offset + index] = ((values[row] ?? low) - low) / (high - low);
        });
      },
    };
  },
  decode: ({ columns, range: [low, high] }, values) =>
    columns.map((column, index) => [column, unscale(values[index] ?? NaN, low, high - low)]),
};
