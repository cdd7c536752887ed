import { classLabels, classPointsLayer, type ClassPoint } from './class-points.ts';
import { mix } from './colour.ts';
import { renderVega } from './render-vega.ts';
import { seriesColour, type Theme } from './theme.ts';

/** A rectangle of a plane in cells; the first is at the lower left. */
export interface BoundaryGrid {
  readonly columns: number;
  readonly rows: number;
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
  /** `[rows · columns]`, row after row, of the cell's middle. */
  readonly cells: readonly BoundaryCell[];
}

export interface BoundaryCell {
  readonly x: number;
  readonly y: number;
  /** Index of the likeliest class. */
  readonly predicted: number;
  readonly probability: number;
}

export interface BoundaryChart {
  readonly title: string;
  readonly notes: readonly string[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly classes: readonly string[];
  readonly grid: BoundaryGrid;
  /** By their true class. */
  readonly points: readonly ClassPoint[];
}

const SIDE = 420;
/** Shades of a class' colour, by probability. */
const LEVELS = 8;

/**
 * What the model predicts on a plane: a colour and a name for each class' region, deeper where it is
 * surer, lines where the class changes, and rows on top.
 *
 * @returns SVG.
 */
export function boundaryChart(chart: BoundaryChart, theme: Theme): Promise<string> {
  const { title, notes, grid, points } = chart;
  const names = classLabels(chart.classes);
  const axes = {
    x: { type: 'quantitative', title: chart.xTitle, scale: { domain: grid.x, nice: false } },
    y: { type: 'quantitative', title: chart.yTitle, scale: { domain: grid.y, nice: false } },
  };
  return renderVega(
    {
      title: { text: title, subtitle: notes },
      width: SIDE,
      height: SIDE,
      encoding: { ...axes, x2: { field: 'x2' }, y2: { field: 'y2' } },
      layer: [
        { ...regions(grid, chart.classes.length, theme), ...placed(axes, ['fill', 'stroke']) },
        { ...edges(grid, theme), ...placed(axes, ['stroke']) },
        pointsIn(classPointsLayer(points, names, theme), axes),
        regionNames(grid, names, { axes, theme }),
      ],
    },
    theme,
  );
}

interface Axes {
  readonly x: object;
  readonly y: object;
}

/** @param paints  the channels of colour that `fill` is for. */
const placed = ({ x, y }: Axes, paints: readonly ('fill' | 'stroke')[]): object => ({
  encoding: {
    x: { ...x, field: 'x' },
    y: { ...y, field: 'y' },
    x2: { field: 'x2' },
    y2: { field: 'y2' },
    ...Object.fromEntries(
      paints.map((paint) => [paint, { field: 'fill', type: 'nominal', scale: null }]),
    ),
  },
});

function pointsIn(layer: object, { x, y }: Axes): object {
  const { encoding, ...rest } = layer as { encoding: { x: object; y: object } };
  const own = { x: { ...x, field: 'x' }, y: { ...y, field: 'y' }, x2: null, y2: null };
  return { ...rest, encoding: { ...encoding, ...own } };
}

/** Neighbours of one shade are one rectangle. */
function regions(grid: BoundaryGrid, classes: number, theme: Theme): object {
  const { columns, rows, x, y, cells } = grid;
  const [wide, high] = [(x[1] - x[0]) / columns, (y[1] - y[0]) / rows];
  const fillOf = ({ predicted, probability }: BoundaryCell): string => {
    const least = 1 / classes;
    const sure = (probability - least) / (1 - least || 1);
    const level = Math.round(Math.min(1, Math.max(0, sure)) * LEVELS) / LEVELS;
    return mix(theme.paper, seriesColour(theme, predicted), 0.1 + 0.35 * level);
  };
  const values: object[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns;) {
      const fill = fillOf(cells[row * columns + column] as BoundaryCell);
      let end = column + 1;
      while (end < columns && fillOf(cells[row * columns + end] as BoundaryCell) === fill) end += 1;
      values.push({
        x: x[0] + column * wide,
        x2: x[0] + end * wide,
        y: y[0] + row * high,
        y2: y[0] + (row + 1) * high,
        fill,
      });
      column = end;
    }
  }
  // Edges of a rectangle's own colour, so that no seam shows between two.
  return { data: { values }, mark: { type: 'rect', strokeWidth: 0.7, aria: false } };
}

/** Between cells of different classes. */
function edges({ columns, rows, x, y, cells }: BoundaryGrid, theme: Theme): object {
  const [wide, high] = [(x[1] - x[0]) / columns, (y[1] - y[0]) / rows];
  const fill = theme.ink;
  const values = cells.flatMap(({ predicted }, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const left = x[0] + column * wide;
    const low = y[0] + row * high;
    const found: object[] = [];
    const right = column + 1 < columns ? cells[at + 1] : undefined;
    if (right && right.predicted !== predicted) {
      found.push({ x: left + wide, x2: left + wide, y: low, y2: low + high, fill });
    }
    const above = cells[at + columns];
    if (above && above.predicted !== predicted) {
      found.push({ x: left, x2: left + wide, y: low + high, y2: low + high, fill });
    }
    return found;
  });
  return { data: { values }, mark: { type: 'rule', strokeWidth: 1.4, aria: false } };
}

/** Each region's name where the model is surest of it. */
function regionNames(
  { columns, rows, cells }: BoundaryGrid,
  names: readonly string[],
  { axes, theme }: { readonly axes: Axes; readonly theme: Theme },
): object {
  const isInside = (at: number): boolean => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return row > 1 && row < rows - 2 && column > columns / 10 && column < columns * 0.9;
  };
  const values = names.flatMap((name, label) => {
    const own = cells.flatMap((cell, at) =>
      cell.predicted === label && isInside(at) ? [cell] : [],
    );
    const sorted = own.toSorted((a, b) => b.probability - a.probability);
    const surest = sorted.slice(0, Math.max(1, Math.floor(own.length / 4)));
    const best = surest[Math.floor(surest.length / 2)];
    return best ? [{ name: `→ ${name}`, x: best.x, y: best.y }] : [];
  });
  const encoding = {
    x: { ...axes.x, field: 'x' },
    y: { ...axes.y, field: 'y' },
    x2: null,
    y2: null,
    text: { field: 'name', type: 'nominal' },
  };
  const text = { type: 'text', fontSize: 13, fontWeight: 'bold', clip: false };
  return {
    data: { values },
    layer: [
      {
        mark: { ...text, aria: false, color: theme.paper, stroke: theme.paper, strokeWidth: 4 },
        encoding,
      },
      { mark: { ...text, color: theme.ink }, encoding },
    ],
  };
}
