import { OF_PROBABILITY, type AttributionMeaning } from './attribution-meaning.ts';
import { shorten } from './escape-xml.ts';
import { document, element, textLine } from './svg.ts';
import type { Theme } from './theme.ts';

export interface BarsInput {
  readonly featureNames: readonly string[];
  /** One per feature. */
  readonly attributions: ArrayLike<number>;
  readonly sourceRow: number;
  readonly predicted: string;
  /** 0 to 1. */
  readonly probability: number;
  /** @default for and against the prediction, in probability */
  readonly meaning?: AttributionMeaning | undefined;
}

const STRONGEST = 10;
const LEFT = 220;
const MIDDLE_WIDTH = 300;
const WIDTH = LEFT + MIDDLE_WIDTH + 20;
const LINE = 24;
const TOP = 66;

/**
 * The ten strongest attributions of a row, strongest first: bars to the right speak for the
 * predicted class, bars to the left against it. Each bar carries its value.
 *
 * @returns SVG.
 */
export function attributionBars(input: BarsInput, theme: Theme): string {
  const { quietInk } = theme;
  const bars = strongest(input);
  const share = `${(100 * input.probability).toFixed(1)} %`;
  const bottom = TOP + LINE * bars.length;
  // Room for a value, about 60 pixels, beside the longest bar on either side.
  const reach = MIDDLE_WIDTH / 2 - 60;
  const largest = Math.max(...bars.map(({ value }) => Math.abs(value)), 0) || 1;
  const { negative, positive } = input.meaning ?? OF_PROBABILITY;
  const axis = LEFT + MIDDLE_WIDTH / 2;
  const content = [
    textLine(16, 24, `Predicted: ${shorten(input.predicted, 48)}`, { size: 15, weight: 'bold' }),
    textLine(16, 42, `probability ${share} · row ${input.sourceRow}`, { fill: quietInk }),
    ...bars.map(({ name, value }, index) =>
      bar(name, value, {
        theme,
        y: TOP + LINE * index,
        axis,
        length: (Math.abs(value) / largest) * reach,
      }),
    ),
    element('line', { x1: axis, x2: axis, y1: TOP - 4, y2: bottom, stroke: quietInk }),
    negative === ''
      ? ''
      : textLine(axis - 8, bottom + 16, `← ${negative}`, {
          size: 11,
          anchor: 'end',
          fill: quietInk,
        }),
    textLine(axis + 8, bottom + 16, `${positive} →`, { size: 11, fill: quietInk }),
  ];
  const title = `Row ${input.sourceRow}: predicted “${input.predicted}” (${share})`;
  return document({ width: WIDTH, height: bottom + 32, title, theme }, content.join(''));
}

function bar(
  name: string,
  value: number,
  place: { readonly theme: Theme } & Readonly<Record<'y' | 'axis' | 'length', number>>,
): string {
  const { theme, y, axis, length } = place;
  const x = value >= 0 ? axis : axis - length;
  const fill = value >= 0 ? theme.supports : theme.opposes;
  const label = `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(3)}`;
  const end = value >= 0 ? axis + length + 6 : axis - length - 6;
  return (
    textLine(LEFT - 8, y + 14, shorten(name, 28), { anchor: 'end' }) +
    element('rect', { x, y: y + 3, width: length, height: LINE - 8, fill }) +
    textLine(end, y + 14, label, { size: 11, anchor: value >= 0 ? 'start' : 'end' })
  );
}

function strongest({ featureNames, attributions }: BarsInput): { name: string; value: number }[] {
  return featureNames
    .map((name, index) => ({ name, value: attributions[index] ?? 0 }))
    .toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, STRONGEST);
}
