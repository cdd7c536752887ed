import { mix } from './colour.ts';
import type { DataTable } from './data-table.ts';
import type { Theme } from './theme.ts';
import { tileGrid } from './tile-grid.ts';

/** A picture that a unit answers to most. */
export interface Dream {
  /** Of its unit: a class, or a channel of a layer. */
  readonly name: string;
  /** `[height · width · channels]`, 0 to 1. */
  readonly pixels: ArrayLike<number>;
  /** What the unit says of it, and of the row of the part that it says most of. */
  readonly reached: number;
  readonly bestOfPart: number;
}

export interface DreamTiles {
  readonly heading: string;
  /** `[height, width, channels]`; of three channels, red, green and blue. */
  readonly shape: readonly [number, number, number];
  readonly dreams: readonly Dream[];
}

const SIDE = 112;

/** @returns SVG. */
export function dreamTiles({ heading, shape, dreams }: DreamTiles, theme: Theme): string {
  const [height, width, channels] = shape;
  const colourOf = (pixels: ArrayLike<number>, pixel: number): string => {
    const own = Array.from({ length: channels }, (_, at) => pixels[pixel * channels + at] ?? 0);
    if (channels === 3) return `#${own.map(byteOf).join('')}`;
    return mix('#000000', '#ffffff', own.reduce((sum, value) => sum + value, 0) / channels);
  };
  const tiles = dreams.map(({ name, pixels, reached, bestOfPart }) => ({
    label: `${name}: ${reached.toPrecision(3)} ${reached > bestOfPart ? '>' : '≤'} ${bestOfPart.toPrecision(3)}`,
    height,
    width,
    colourOf: (pixel: number) => colourOf(pixels, pixel),
  }));
  return tileGrid(
    {
      heading,
      notes: [
        'white: 1 · black: 0, as the model reads pixels',
        'below each: its unit, the answer to it, and the largest to a row of the part',
      ],
      tiles,
      side: SIDE,
      title: heading,
    },
    theme,
  );
}

const byteOf = (value: number): string =>
  Math.round(255 * Math.min(1, Math.max(0, value)))
    .toString(16)
    .padStart(2, '0');

/** The pictures as drawn. */
export function dreamTable({ shape, dreams }: DreamTiles): DataTable {
  const [, width, channels] = shape;
  return {
    columns: ['unit', 'answer', 'largest_of_part', 'row', 'column', 'channel', 'value'],
    rows: dreams.flatMap(({ name, reached, bestOfPart, pixels }) =>
      Array.from(pixels, (value, at) => {
        const pixel = Math.floor(at / channels);
        return [
          name,
          reached,
          bestOfPart,
          Math.floor(pixel / width),
          pixel % width,
          at % channels,
          value,
        ];
      }),
    ),
  };
}
