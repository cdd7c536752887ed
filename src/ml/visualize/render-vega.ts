import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { printable } from './escape-xml.ts';
import { textWidth } from './measure-text.ts';
import { FONT_FAMILY, type Theme } from './theme.ts';

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}

// Without a canvas vega takes every letter for a wide one.
Object.assign((vega as unknown as { textMetrics: object }).textMetrics, {
  width: ({ fontSize = 11, fontWeight }: TextItem, text: unknown) =>
    textWidth(String(text ?? ''), fontSize, fontWeight === 'bold'),
});

/** The looks that charts share; vega-lite's `config`. */
const looksOf = ({ paper, ink, quietInk, grid }: Theme) =>
  ({
    font: FONT_FAMILY,
    background: paper,
    padding: 16,
    view: { stroke: null },
    title: {
      fontSize: 14,
      subtitleFontSize: 12,
      color: ink,
      anchor: 'start',
      offset: 12,
      subtitleColor: quietInk,
    },
    axis: {
      labelFontSize: 11,
      titleFontSize: 12,
      titleFontWeight: 'normal',
      labelColor: ink,
      titleColor: ink,
      titleLimit: 400,
      titlePadding: 8,
      gridColor: grid,
      domainColor: quietInk,
      tickColor: quietInk,
    },
    legend: {
      labelColor: ink,
      titleColor: ink,
      labelFontSize: 11,
      titleFontSize: 11,
      labelLimit: 260,
      titleLimit: 260,
    },
    text: { fontSize: 11, color: ink },
  }) as const;

/**
 * Draws a vega-lite chart as SVG, without a canvas. The data must be in the chart: a loader that
 * refuses everything keeps a chart from reading files or addresses.
 *
 * @param chart  vega-lite 5, without `$schema` and `config`.
 */
export async function renderVega(chart: object, theme: Theme): Promise<string> {
  const shown = printableIn(chart) as object;
  const { spec } = compile({ ...shown, config: looksOf(theme) } as TopLevelSpec);
  const loader = vega.loader();
  loader.load = (uri) => Promise.reject(new Error(`a picture asked to read ${uri}`));
  const view = new vega.View(vega.parse(spec), { renderer: 'none', loader });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Names, labels and titles alike, wherever they stand. */
function printableIn(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map(printableIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, printableIn(inner)]));
}
