import { OF_PROBABILITY, type AttributionMeaning } from './attribution-meaning.ts';
import { shorten } from './escape-xml.ts';
import { divergingColour, inkOn, mix } from './colour.ts';
import { picturePlanes } from './picture-planes.ts';
import { pixelGrid } from './pixel-grid.ts';
import { document, element, textLine } from './svg.ts';
import type { Theme } from './theme.ts';

export interface OverlayInput {
  /** `[height, width, channels]`. */
  readonly shape: readonly [number, number, number];
  /** `[height · width · channels]`, 0 dark to 1 bright, as the model sees it. */
  readonly pixels: ArrayLike<number>;
  /** Of the same layout. */
  readonly attributions: ArrayLike<number>;
  readonly sourceRow: number;
  /** The predicted class, which the attributions are for; the true one is not shown, so that a
   * reviewer judges unprompted. */
  readonly predicted: string;
  /** 0 to 1. */
  readonly probability: number;
  /** @default for and against the prediction, in probability */
  readonly meaning?: AttributionMeaning | undefined;
}

const SIDE = 200;
const MARGIN = 16;
const TOP = 62;

/**
 * A picture in grey beside the same with its attributions: orange pixels speak for the predicted
 * class (marked +), blue ones against it (marked −), the depth of colour says how much.
 * Attributions are summed over the channels, and over blocks of pictures larger than 64 pixels.
 *
 * @returns SVG.
 */
export function attributionOverlay(input: OverlayInput, theme: Theme): string {
  const { height, width, grey, strength } = picturePlanes(input);
  const size = SIDE / Math.max(height, width);
  const largest = strength.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const right = 2 * MARGIN + width * size;
  const total = Math.max(3 * MARGIN + 2 * width * size, 340);
  const bottom = TOP + height * size;
  // A bold letter of 15 pixels takes about 9.5.
  const letters = Math.floor((total - 2 * MARGIN) / 9.5);
  const heading = shorten(`Predicted: ${input.predicted}`, letters);
  const title = `Row ${input.sourceRow}: predicted “${input.predicted}” (${percent(input.probability)})`;
  const colourOf = (pixel: number): string =>
    traced(theme, grey[pixel] ?? 0, (strength[pixel] ?? 0) / (largest || 1));
  const content = [
    textLine(MARGIN, 24, heading, { size: 15, weight: 'bold' }),
    textLine(MARGIN, 42, `probability ${percent(input.probability)} · row ${input.sourceRow}`, {
      fill: theme.quietInk,
    }),
    pixelGrid(
      { left: MARGIN, top: TOP, side: SIDE, frame: theme.frame },
      { height, width, colourOf: (pixel) => greyOf(theme, grey[pixel] ?? 0) },
    ),
    pixelGrid(
      { left: right, top: TOP, side: SIDE, frame: theme.frame },
      { height, width, colourOf },
    ),
    marks({ left: right, size, width, strength, largest, colourOf }),
    legend(bottom + 22, largest, { theme, meaning: input.meaning ?? OF_PROBABILITY }),
  ];
  return document({ width: total, height: bottom + 58, title, theme }, content.join(''));
}

/** + and − on pixels of at least a quarter of the strongest, where they are large enough. */
function marks(place: {
  readonly left: number;
  readonly size: number;
  readonly width: number;
  readonly strength: Float64Array;
  readonly largest: number;
  readonly colourOf: (pixel: number) => string;
}): string {
  const { left, size, width, strength, largest, colourOf } = place;
  if (size < 12 || largest === 0) return '';
  return Array.from(strength, (value, pixel) => {
    if (Math.abs(value) < largest / 4) return '';
    const x = left + ((pixel % width) + 0.5) * size;
    const y = TOP + (Math.floor(pixel / width) + 0.5) * size + size * 0.2;
    const fill = inkOn(colourOf(pixel));
    return textLine(x, y, value > 0 ? '+' : '−', { size: size * 0.6, anchor: 'middle', fill });
  }).join('');
}

interface LegendStyle {
  readonly theme: Theme;
  readonly meaning: AttributionMeaning;
}

function legend(y: number, largest: number, { theme, meaning }: LegendStyle): string {
  const { negative, positive, unit } = meaning;
  const ends = negative === '' ? `+ ${positive}` : `− ${negative} … + ${positive}`;
  const steps = Array.from({ length: 21 }, (_, step) =>
    element('rect', {
      x: MARGIN + 5 * step,
      y: y - 9,
      width: 5,
      height: 10,
      fill: divergingColour(theme, (step - 10) / 10),
    }),
  );
  const strongest = largest.toPrecision(2);
  return (
    element('g', { 'shape-rendering': 'crispEdges' }, steps.join('')) +
    element('rect', {
      x: MARGIN,
      y: y - 9,
      width: 105,
      height: 10,
      fill: 'none',
      stroke: theme.frame,
    }) +
    textLine(MARGIN + 113, y, ends, { size: 11 }) +
    textLine(MARGIN, y + 18, `strongest square: ${strongest} ${unit}`, {
      size: 11,
      fill: theme.quietInk,
    })
  );
}

/** Bright ink on dark paper becomes ink on the picture's own paper, which shows the colours better. */
const greyOf = (theme: Theme, value: number): string => mix(theme.paper, theme.ink, value);

/** The attribution's colour over a faint trace of the picture. */
function traced(theme: Theme, grey: number, strength: number): string {
  const share = 0.75 + 0.25 * Math.min(1, Math.abs(strength));
  return mix(greyOf(theme, grey), divergingColour(theme, strength), share);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
