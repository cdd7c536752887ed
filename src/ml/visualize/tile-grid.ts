/** Many small pictures of one kind, side by side with a name each. */
import { shorten } from './escape-xml.ts';
import { textWidth } from './measure-text.ts';
import { pixelGrid } from './pixel-grid.ts';
import { document, textLine } from './svg.ts';
import type { Theme } from './theme.ts';

export interface Tile {
  readonly label: string;
  readonly height: number;
  readonly width: number;
  /** @returns `#rrggbb` of a pixel, row after row. */
  readonly colourOf: (pixel: number) => string;
}

export interface TileGrid {
  readonly heading: string;
  /** Lines below the heading. */
  readonly notes: readonly string[];
  readonly tiles: readonly Tile[];
  /** Of the longer side of a tile, in pixels. */
  readonly side: number;
  /** What a screen reader says. */
  readonly title: string;
}

const MARGIN = 16;
const GAP = 14;
const LABEL = 16;
const LEAST_WIDTH = 308;

/** @returns SVG. */
export function tileGrid(grid: TileGrid, theme: Theme): string {
  const { tiles, side, notes, title } = grid;
  const columns = columnsFor(tiles.length);
  const rows = Math.ceil(tiles.length / columns);
  const lines = notes.map((note) => textWidth(note, 11));
  const width = 2 * MARGIN + Math.max(columns * side + (columns - 1) * GAP, ...lines, LEAST_WIDTH);
  const top = 42 + 16 * notes.length;
  // Most tiles are as high as wide; a flat one must not leave a gap below.
  const high =
    side * Math.max(...tiles.map((tile) => tile.height / Math.max(tile.height, tile.width)));
  const letters = Math.floor(side / 6.2);
  const content = [
    textLine(MARGIN, 24, shorten(grid.heading, Math.floor((width - 2 * MARGIN) / 8.6)), {
      size: 14,
      weight: 'bold',
    }),
    ...notes.map((note, line) =>
      textLine(MARGIN, 42 + 16 * line, note, { size: 11, fill: theme.quietInk }),
    ),
    ...tiles.map((tile, index) => {
      const left = MARGIN + (index % columns) * (side + GAP);
      const y = top + Math.floor(index / columns) * (high + LABEL + GAP);
      return (
        pixelGrid({ left, top: y, side, frame: theme.frame }, tile) +
        textLine(left, y + high + 13, shorten(tile.label, letters), { size: 11 })
      );
    }),
  ];
  const height = top + rows * (high + LABEL + GAP) + 4;
  return document({ width, height, title, theme }, content.join(''));
}

/** About a square, up to twice as wide as high, with as few places as can be left over. */
function columnsFor(tiles: number): number {
  const least = Math.max(1, Math.ceil(Math.sqrt(tiles)));
  const most = Math.max(least, Math.floor(1.5 * Math.sqrt(tiles)));
  const leftOver = (columns: number): number => Math.ceil(tiles / columns) * columns - tiles;
  const all = Array.from({ length: most - least + 1 }, (_, more) => least + more);
  return all.reduce((best, columns) => (leftOver(columns) < leftOver(best) ? columns : best));
}
