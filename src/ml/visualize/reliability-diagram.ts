import type { Calibration, CalibrationBin } from '../audit/calibration.ts';
import { renderVega } from './render-vega.ts';
import { seriesColour, type Theme } from './theme.ts';

export interface ReliabilityInput {
  readonly calibration: Calibration;
  /** Name of the part, such as `test`. */
  readonly part: string;
}

const SIDE = 320;

/**
 * Accuracy over mean confidence of each bin, beside the line where the two are equal, and below how
 * many rows are in each bin. A bar from a point to the line is how far the model is off there.
 *
 * @returns SVG.
 */
export function reliabilityDiagram(
  { calibration, part }: ReliabilityInput,
  theme: Theme,
): Promise<string> {
  const error = calibration.expectedCalibrationError.toFixed(4);
  return renderVega(
    {
      title: {
        text: `Calibration, ${part} part`,
        subtitle: [
          `expected calibration error ${error}`,
          'dashed: confidence equal to accuracy · bars: the gap',
        ],
      },
      vconcat: [panelOf(calibration.bins, theme), countsOf(calibration.bins, theme)],
      spacing: 12,
    },
    theme,
  );
}

const SHARE = { domain: [0, 1], nice: false };

function panelOf(bins: readonly CalibrationBin[], theme: Theme): object {
  const points = bins.filter(({ rows }) => rows > 0);
  const colour = seriesColour(theme, 0);
  const x = { field: 'meanConfidence', type: 'quantitative', scale: SHARE, title: null };
  const y = { field: 'accuracy', type: 'quantitative', scale: SHARE, title: 'Share that is right' };
  return {
    width: SIDE,
    height: SIDE,
    layer: [
      {
        data: { values: [0, 1].map((end) => ({ meanConfidence: end, accuracy: end })) },
        mark: { type: 'line', strokeDash: [5, 4], color: theme.quietInk },
        encoding: { x: { ...x, axis: { labels: false, title: null } }, y },
      },
      {
        data: { values: points },
        mark: { type: 'rule', strokeWidth: 3, opacity: 0.55, color: seriesColour(theme, 1) },
        encoding: { x, y, y2: { field: 'meanConfidence' } },
      },
      {
        data: { values: points },
        mark: { type: 'line', color: colour, point: { filled: true, size: 50, color: colour } },
        encoding: { x, y },
      },
    ],
  };
}

/** A bin of 3 rows says little, whatever its accuracy. */
function countsOf(bins: readonly CalibrationBin[], theme: Theme): object {
  const encoding = {
    x: { field: 'low', type: 'quantitative', scale: SHARE, title: 'Confidence' },
    x2: { field: 'high' },
    y: {
      field: 'rows',
      type: 'quantitative',
      title: 'Rows',
      scale: { zero: true },
      axis: { tickCount: 3, format: 'd' },
    },
  };
  return {
    width: SIDE,
    height: 80,
    data: { values: bins.map((bin) => ({ ...bin, middle: (bin.low + bin.high) / 2 })) },
    layer: [
      {
        mark: { type: 'rect', color: seriesColour(theme, 0), stroke: theme.paper },
        encoding: { ...encoding, y2: { datum: 0 } },
      },
      {
        transform: [{ filter: 'datum.rows > 0' }],
        mark: { type: 'text', dy: -7, fontSize: 10 },
        encoding: {
          x: { ...encoding.x, field: 'middle' },
          y: encoding.y,
          text: { field: 'rows', type: 'quantitative', format: 'd' },
        },
      },
    ],
  };
}
