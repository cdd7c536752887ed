import type { BoundaryGrid } from '../../ml/visualize/boundary-chart.ts';
import { boundaryChart } from '../../ml/visualize/boundary-chart.ts';
import type { DataTable } from '../../ml/visualize/data-table.ts';
import { predictRows, requireRows, withModelOnData } from '../model-on-data.ts';
import { type BoundaryPlane, boundaryPlane } from './boundary-plane.ts';
import { drawSample, type SampledRows } from './draw-sample.ts';
import { type Draw, need } from './drawing.ts';

/** Cells a side. */
const CELLS = 72;
/** Around the rows, of their range. */
const MARGIN = 0.06;

export const drawBoundary: Draw = (input, context) => {
  const model = need(input, 'model', 'decision-boundary');
  const dataset = need(input, 'dataset', 'decision-boundary');
  const place = { model, dataset, part: input.part };
  return withModelOnData(place, context, async ({ classifier, part }) => {
    requireRows(part, input.part);
    const rows = drawSample(part, input);
    const plane = boundaryPlane(rows, part.manifest, input.features);
    const empty = emptyGrid(plane);
    const asked = empty.cells.map(({ x, y }) => plane.rowAt(x, y));
    const all = new Float32Array(asked.length * rows.width);
    asked.forEach((row, at) => all.set(row, at * rows.width));
    const table = await predictRows(classifier, { x: all, rows: asked.length }, context);
    const { classes } = classifier;
    const grid = { ...empty, cells: fillCells(empty, table.values, classes.length) };
    const title = `Decision boundary, ${input.part} part`;
    const note = `${rows.rows} rows by their true class · arrow and colour: what is predicted there`;
    const points = plane.places.map(([x, y], at) => ({ x, y, label: rows.labels[at] ?? 0 }));
    const { xTitle, yTitle } = plane;
    return [
      {
        name: 'decision-boundary',
        title,
        caption: `What the model predicts over ${xTitle} and ${yTitle}, ${plane.rest}. The ${rows.rows} rows on top differ in the rest too, so that one on another colour need not be predicted wrong.`,
        sourceRow: null,
        data: tableOf(grid, plane, { rows, classes }),
        svg: (theme) =>
          boundaryChart(
            { title, notes: [note, plane.rest], xTitle, yTitle, classes, grid, points },
            theme,
          ),
      },
    ];
  });
};

function emptyGrid({ places }: BoundaryPlane): BoundaryGrid {
  const [x, y] = ([0, 1] as const).map((axis) => rangeOf(places.map((place) => place[axis]))) as [
    [number, number],
    [number, number],
  ];
  const middle = ([low, high]: [number, number], at: number): number =>
    low + ((high - low) * (at + 0.5)) / CELLS;
  const cells = Array.from({ length: CELLS * CELLS }, (_, at) => ({
    x: middle(x, at % CELLS),
    y: middle(y, Math.floor(at / CELLS)),
    predicted: 0,
    probability: 0,
  }));
  return { columns: CELLS, rows: CELLS, x, y, cells };
}

/** Of values that are all equal, half a unit to either side. */
function rangeOf(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = high > low ? (high - low) * MARGIN : 0.5;
  return [low - margin, high + margin];
}

function fillCells(
  { cells }: BoundaryGrid,
  values: Float32Array,
  classes: number,
): BoundaryGrid['cells'] {
  return cells.map(({ x, y }, at) => {
    const own = values.subarray(at * classes, (at + 1) * classes);
    const probability = Math.max(...own);
    return { x, y, predicted: own.indexOf(probability), probability };
  });
}

function tableOf(
  { cells }: BoundaryGrid,
  { places }: BoundaryPlane,
  { rows, classes }: { readonly rows: SampledRows; readonly classes: readonly string[] },
): DataTable {
  return {
    columns: ['kind', 'x', 'y', 'class', 'probability', 'source_row'],
    rows: [
      ...cells.map(({ x, y, predicted, probability }) => [
        'predicted',
        x,
        y,
        classes[predicted] ?? '?',
        probability,
        null,
      ]),
      ...places.map(([x, y], at) => [
        'row',
        x,
        y,
        classes[rows.labels[at] ?? -1] ?? '?',
        null,
        rows.sourceRows[at] ?? null,
      ]),
    ],
  };
}
