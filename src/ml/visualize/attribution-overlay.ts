import { OF_PROBABILITY, type AttributionMeaning } from './attribution-meaning.ts';
import { shorten } from './escape-xml.ts';
import { divergingColour, QUIET_INK } from './palette.ts';
import { picturePlanes } from './picture-planes.ts';
import { document, element, textLine } from './svg.ts';

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
export function attributionOverlay(input: OverlayInput): string {
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
  const content = [
    textLine(MARGIN, 24, heading, { size: 15, weight: 'bold' }),
    textLine(MARGIN, 42, `probability ${percent(input.probability)} · row ${input.sourceRow}`, {
      fill: QUIET_INK,
    }),
    pixelGrid(MARGIN, [height, width], (pixel) => greyColour(grey[pixel] ?? 0)),
    pixelGrid(right, [height, width], (pixel) =>
      blend(greyColour(grey[pixel] ?? 0), (strength[pixel] ?? 0) / (largest || 1)),
    ),
    marks(right, size, width, strength, largest),
    legend(bottom + 22, largest, input.meaning ?? OF_PROBABILITY),
  ];
  return document(total, bottom + 58, title, content.join(''));
}

/** One rectangle per pixel, without seams. */
function pixelGrid(
  left: number,
  [height, width]: readonly [number, number],
  colourOf: (pixel: number) => string,
): string {
  const size = SIDE / Math.max(height, width);
  const cells = Array.from({ length: height * width }, (_, pixel) =>
    element('rect', {
      x: left + (pixel % width) * size,
      y: TOP + Math.floor(pixel / width) * size,
      width: size,
      height: size,
      fill: colourOf(pixel),
    }),
  );
  const frame = { x: left, y: TOP, width: width * size, height: height * size };
  return (
    element('g', { 'shape-rendering': 'crispEdges' }, cells.join('')) +
    element('rect', { ...frame, fill: 'none', stroke: '#8c959f' })
  );
}

/** + and − on pixels of at least a quarter of the strongest, where they are large enough. */
function marks(
  left: number,
  size: number,
  width: number,
  strength: Float64Array,
  largest: number,
): string {
  if (size < 12 || largest === 0) return '';
  return Array.from(strength, (value, pixel) => {
    if (Math.abs(value) < largest / 4) return '';
    const x = left + ((pixel % width) + 0.5) * size;
    const y = TOP + (Math.floor(pixel / width) + 0.5) * size + size * 0.2;
    const fill = Math.abs(value) > 0.6 * largest ? '#ffffff' : '#1b1f24';
    return textLine(x, y, value > 0 ? '+' : '−', { size: size * 0.6, anchor: 'middle', fill });
  }).join('');
}

function legend(y: number, largest: number, meaning: AttributionMeaning): string {
  const { negative, positive, unit } = meaning;
  const ends = negative === '' ? `+ ${positive}` : `− ${negative} … + ${positive}`;
  const steps = Array.from({ length: 21 }, (_, step) =>
    element('rect', {
      x: MARGIN + 5 * step,
      y: y - 9,
      width: 5,
      height: 10,
      fill: divergingColour((step - 10) / 10),
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
      stroke: '#8c959f',
    }) +
    textLine(MARGIN + 113, y, ends, { size: 11 }) +
    textLine(MARGIN, y + 18, `strongest square: ${strongest} ${unit}`, {
      size: 11,
      fill: QUIET_INK,
    })
  );
}

/** Bright ink on dark paper becomes grey on white: a light picture shows the colours better. */
function greyColour(value: number): string {
  const level = Math.round(255 * (1 - Math.min(1, Math.max(0, value))));
  const hex = level.toString(16).padStart(2, '0');
  return `#${hex}${hex}${hex}`;
}

/** The attribution's colour over a faint trace of the picture. */
function blend(grey: string, strength: number): string {
  const [under, over] = [grey, divergingColour(strength)].map((colour) =>
    [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16)),
  ) as [number[], number[]];
  const share = 0.75 + 0.25 * Math.min(1, Math.abs(strength));
  const mixed = over.map((value, index) =>
    Math.round(share * value + (1 - share) * (under[index] ?? 0)),
  );
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
