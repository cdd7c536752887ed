import { clipLine, type Corner } from './clip-line.ts';
import { shorten } from './escape-xml.ts';
import { renderVega } from './render-vega.ts';
import { seriesColour, type Theme } from './theme.ts';

export interface ThresholdChart {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** What guessing gives: a line from end to end; of several classes there may be none. */
  readonly chance: readonly [{ x: number; y: number }, { x: number; y: number }] | null;
  /** Where good curves crowd. */
  readonly corner: Corner;
  /** Of the classes drawn; at least one. */
  readonly curves: readonly ClassCurve[];
  /** How many classes there are in all. */
  readonly classes: number;
  readonly areaName: string;
  readonly macroArea: number;
}

export interface ClassCurve {
  readonly name: string;
  readonly area: number;
  /** In the order that they are joined. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const SIDE = 300;
/** An area from which on a curve is seen only in the corner. */
const NEARLY_ALL = 0.95;
/** Told apart by dash and colour together; `[]` is solid. */
const DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3], [4, 2], [12, 4], [1, 3], [6, 2, 1, 2, 1, 2]];

/**
 * A curve for each class against the others, with its area in the legend; where all are close to the
 * corner, that corner again, enlarged.
 *
 * @returns SVG.
 */
export function thresholdChart(chart: ThresholdChart, theme: Theme): Promise<string> {
  const { title, curves, classes, areaName, macroArea } = chart;
  const labels = labelsOf(curves);
  const shown = curves.length < classes ? ` · the ${curves.length} worst of ${classes}` : '';
  const corner = curves.every(({ area }) => area >= NEARLY_ALL) ? chart.corner : null;
  const panel = (from: Corner | null): object => panelOf(chart, { labels, from, theme });
  return renderVega(
    {
      title: {
        text: title,
        subtitle: [
          `each class against the others · mean ${areaName} ${macroArea.toFixed(4)}${shown}`,
          corner ? 'right: the corner where the curves are, enlarged' : '',
        ].filter((line) => line !== ''),
      },
      hconcat: [panel(null), ...(corner ? [panel(corner)] : [])],
      spacing: 24,
    },
    theme,
  );
}

interface PanelContent {
  readonly labels: readonly string[];
  /** What is shown; `null` is all. */
  readonly from: Corner | null;
  readonly theme: Theme;
}

function panelOf(chart: ThresholdChart, { labels, from, theme }: PanelContent): object {
  // Clipping by the renderer would number its clips on and on, so that no picture came twice.
  const values = chart.curves.flatMap(({ points }, curve) =>
    (from ? clipLine(points, from) : [points]).flatMap((piece, index) =>
      piece.map((point, order) => ({ ...point, order, piece: index, label: labels[curve] })),
    ),
  );
  const scaleOf = (domain: readonly number[]) => ({ domain, nice: false });
  const all = { type: 'quantitative', axis: { tickCount: 5 } };
  const x = { ...all, field: 'x', scale: scaleOf(from?.x ?? [0, 1]), title: chart.xTitle };
  const y = { ...all, field: 'y', scale: scaleOf(from?.y ?? [0, 1]), title: chart.yTitle };
  const legend = { title: `class · ${chart.areaName}`, symbolStrokeWidth: 2, symbolSize: 500 };
  const series = { field: 'label', type: 'nominal', sort: labels, legend };
  const line = {
    data: { values },
    mark: { type: 'line', strokeWidth: 2 },
    encoding: {
      x,
      y,
      order: { field: 'order', type: 'quantitative' },
      detail: { field: 'piece', type: 'nominal' },
      color: {
        ...series,
        scale: { domain: labels, range: labels.map((_, at) => seriesColour(theme, at)) },
      },
      strokeDash: {
        ...series,
        scale: { domain: labels, range: labels.map((_, at) => DASHES[at % DASHES.length]) },
      },
    },
  };
  const chance = from === null && chart.chance ? [chanceLine(chart.chance, { x, y, theme })] : [];
  return { width: SIDE, height: SIDE, layer: [...chance, line] };
}

function chanceLine(
  values: NonNullable<ThresholdChart['chance']>,
  { x, y, theme }: { readonly x: object; readonly y: object; readonly theme: Theme },
): object {
  return {
    data: { values },
    mark: { type: 'line', strokeWidth: 1, color: theme.quietInk, strokeDash: [1, 4] },
    encoding: { x, y },
  };
}

/** A number tells apart what shortening made equal. */
function labelsOf(curves: readonly ClassCurve[]): string[] {
  const labels = curves.map(({ name, area }) => `${shorten(name, 18)} · ${area.toFixed(4)}`);
  return labels.map((label, at) => (labels.indexOf(label) === at ? label : `${label} (${at + 1})`));
}
