/** Points of classes: each class has a shape beside its colour. */
import { shorten } from './escape-xml.ts';
import { seriesColour, type Theme } from './theme.ts';

/** Eight shapes and six colours: 24 classes before a pair comes again. */
const SHAPES = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
] as const;

export interface ClassPoint {
  readonly x: number;
  readonly y: number;
  /** Index of its class. */
  readonly label: number;
}

/** At most 18 letters; a number tells apart what shortening made equal. */
export function classLabels(classes: readonly string[]): string[] {
  const short = classes.map((name) => shorten(name, 18));
  return short.map((name, at) => (short.indexOf(name) === at ? name : `${name} (${at + 1})`));
}

/** A layer of vega-lite: the points in the shape and colour of their class, with a legend. */
export function classPointsLayer(
  points: readonly ClassPoint[],
  names: readonly string[],
  theme: Theme,
): object {
  const legend = { title: 'class', symbolSize: 70, columns: names.length > 24 ? 2 : 1 };
  const field = { field: 'class', type: 'nominal', sort: names, legend };
  return {
    data: { values: points.map(({ x, y, label }) => ({ x, y, class: names[label] })) },
    mark: {
      type: 'point',
      filled: true,
      size: 34,
      opacity: 0.9,
      stroke: theme.paper,
      strokeWidth: 0.5,
    },
    encoding: {
      x: { field: 'x', type: 'quantitative' },
      y: { field: 'y', type: 'quantitative' },
      color: {
        ...field,
        scale: { domain: names, range: names.map((_, at) => seriesColour(theme, at)) },
      },
      shape: {
        ...field,
        scale: { domain: names, range: names.map((_, at) => SHAPES[at % SHAPES.length]) },
      },
    },
  };
}

/** A layer of vega-lite: the name of each class at the median of its points, on a halo of paper. */
export function classNamesLayer(
  points: readonly ClassPoint[],
  names: readonly string[],
  { paper, ink }: Theme,
): object {
  const values = names.flatMap((name, label) => {
    const own = points.filter((point) => point.label === label);
    if (own.length === 0) return [];
    return [{ name, x: median(own.map(({ x }) => x)), y: median(own.map(({ y }) => y)) }];
  });
  const encoding = {
    x: { field: 'x', type: 'quantitative' },
    y: { field: 'y', type: 'quantitative' },
    text: { field: 'name', type: 'nominal' },
  };
  // Above the median, where it would hide what it names.
  const text = { type: 'text', fontSize: 13, fontWeight: 'bold', dy: -14 };
  return {
    data: { values },
    layer: [
      { mark: { ...text, aria: false, color: paper, stroke: paper, strokeWidth: 4 }, encoding },
      { mark: { ...text, color: ink }, encoding },
    ],
  };
}

/** @param values  at least one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? NaN) + high) / 2;
}
