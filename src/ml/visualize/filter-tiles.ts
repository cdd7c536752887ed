import { mix } from './colour.ts';
import type { DataTable } from './data-table.ts';
import type { FirstLayer } from './first-layer.ts';
import type { Theme } from './theme.ts';
import { tileGrid } from './tile-grid.ts';

const SIDE = 64;

/**
 * A tile for each filter: the lighter a pixel, the larger its weight; grey is 0, white the filter's
 * largest weight and black its opposite.
 *
 * @returns SVG.
 */
export function filterTiles({ name, type, count, filters }: FirstLayer, theme: Theme): string {
  const tiles = filters.map(({ height, width, values }, filter) => {
    const largest = largestOf(values);
    const colourOf = (pixel: number): string =>
      mix('#000000', '#ffffff', (1 + (values[pixel] ?? 0) / (largest || 1)) / 2);
    return { label: `${filter} · ${largest.toPrecision(2)}`, height, width, colourOf };
  });
  const shown = filters.length < count ? `the first ${filters.length} of ${count}` : `all ${count}`;
  return tileGrid(
    {
      heading: `Filters of ${name}`,
      notes: [
        `${type}, ${shown} ${type === 'dense' ? 'units' : 'filters'}`,
        'white: largest weight · grey: 0 · black: its opposite',
        'below each: its number and its largest weight',
      ],
      tiles,
      side: SIDE,
      title: `Filters of the layer ${name}, ${shown}`,
    },
    theme,
  );
}

/** The weights as drawn. */
export function filterTable({ filters }: FirstLayer): DataTable {
  return {
    columns: ['filter', 'row', 'column', 'weight'],
    rows: filters.flatMap(({ width, values }, filter) =>
      Array.from(values, (weight, pixel) => [
        filter,
        Math.floor(pixel / width),
        pixel % width,
        weight,
      ]),
    ),
  };
}

function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let at = 0; at < values.length; at += 1) {
    largest = Math.max(largest, Math.abs(values[at] ?? 0));
  }
  return largest;
}
