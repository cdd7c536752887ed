import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { FONT_FAMILY, GRID, INK, PAPER, QUIET_INK } from './palette.ts';

/** The looks that charts share; vega-lite's `config`. */
const LOOKS = {
  font: FONT_FAMILY,
  background: PAPER,
  padding: 16,
  view: { stroke: null },
  title: { fontSize: 14, color: INK, anchor: 'start', offset: 12, subtitleColor: QUIET_INK },
  axis: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelColor: INK,
    titleColor: INK,
    gridColor: GRID,
    domainColor: QUIET_INK,
    tickColor: QUIET_INK,
  },
  text: { fontSize: 11, color: INK },
} as const;

/**
 * Draws a vega-lite chart as SVG, without a canvas. The data must be in the chart: a loader that
 * refuses everything keeps a chart from reading files or addresses.
 *
 * @param chart  vega-lite 5, without `$schema` and `config`.
 */
export async function renderVega(chart: object): Promise<string> {
  const { spec } = compile({ ...chart, config: LOOKS } as TopLevelSpec);
  const loader = vega.loader();
  loader.load = (uri) => Promise.reject(new Error(`a picture asked to read ${uri}`));
  const view = new vega.View(vega.parse(spec), { renderer: 'none', loader });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
