import { shorten } from './escape-xml.ts';
import { textWidth } from './measure-text.ts';
import { document, element, textLine } from './svg.ts';
import type { Theme } from './theme.ts';

export interface PathStep {
  readonly name: string;
  /** What it adds to the probability. */
  readonly value: number;
  /** The probability before and after it. */
  readonly from: number;
  readonly to: number;
}

export interface DecisionPath {
  readonly sourceRow: number;
  readonly predicted: string;
  /** Of the predicted class, where nothing of the row is known, and in the end: 0 to 1. */
  readonly base: number;
  readonly output: number;
  /** The strongest last; what is left of the others first. */
  readonly steps: readonly PathStep[];
  /** Lines below the heading. */
  readonly notes: readonly string[];
}

const STRONGEST = 12;

/**
 * From the base to the output, feature by feature.
 *
 * @param parts  of the row, and what each adds; the sum of all is output − base, but for the
 * explanation's error, which is a step of its own where it can be seen.
 */
export function pathSteps(
  parts: readonly { readonly name: string; readonly value: number }[],
  { base, output }: { readonly base: number; readonly output: number },
): readonly PathStep[] {
  const sorted = parts.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const others = sorted.slice(STRONGEST);
  const sum = (some: typeof parts): number => some.reduce((total, { value }) => total + value, 0);
  const rest = others.length > 0 ? [{ name: `${others.length} others`, value: sum(others) }] : [];
  const error = output - base - sum(parts);
  const unexplained = Math.abs(error) >= 0.0005 ? [{ name: 'not explained', value: error }] : [];
  let at = base;
  return [...unexplained, ...rest, ...sorted.slice(0, STRONGEST).reverse()].map((part) => {
    const from = at;
    at += part.value;
    return { ...part, from, to: at };
  });
}

const SPAN = 340;
/** Of a name. */
const LETTERS = 34;
const LINE = 24;

/**
 * A waterfall: each arrow starts where the one above ended. Arrows to the right speak for the
 * predicted class, those to the left against it.
 *
 * @returns SVG.
 */
export function pathChart(path: DecisionPath, theme: Theme): string {
  const { base, output, steps, predicted, sourceRow, notes } = path;
  const names = ['without the row', ...steps.map(({ name }) => shorten(name, LETTERS))];
  const left = 24 + Math.max(...names.map((name) => textWidth(name, 12)));
  const top = 66 + 16 * notes.length;
  const ends = [base, output, ...steps.flatMap(({ from, to }) => [from, to])];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const xOf = (value: number): number => left + 16 + ((value - low) / (high - low || 1)) * SPAN;
  const lines = notes.map((note) => 32 + textWidth(shorten(note, 100), 11));
  const width = Math.max(left + SPAN + 90, ...lines);
  const bottom = top + LINE * (steps.length + 2);
  const share = `${(100 * output).toFixed(1)} %`;
  const line = (y1: number, y2: number, x: number): string =>
    element('line', { x1: x, x2: x, y1, y2, stroke: theme.quietInk, 'stroke-dasharray': '2 3' });
  const label = (y: number, name: string): string =>
    textLine(left, y + 15, shorten(name, LETTERS), { anchor: 'end' });
  const value = (y: number, figure: number): string =>
    textLine(xOf(figure) + 7, y + 15, figure.toFixed(3), { weight: 'bold', size: 11 });
  const content = [
    textLine(16, 24, `Predicted: ${shorten(predicted, 48)}`, { size: 15, weight: 'bold' }),
    textLine(16, 42, `probability ${share} · row ${sourceRow}`, { fill: theme.quietInk }),
    ...notes.map((note, at) =>
      textLine(16, 58 + 16 * at, shorten(note, 100), { size: 11, fill: theme.quietInk }),
    ),
    label(top, 'without the row'),
    dot(xOf(base), top, theme),
    value(top, base),
    ...steps.flatMap((step, at) => {
      const y = top + LINE * (at + 1);
      return [
        line(y - LINE + 12, y + 12, xOf(step.from)),
        label(y, step.name),
        arrow(step, { y, xOf, theme }),
      ];
    }),
    line(bottom - 2 * LINE + 12, bottom - LINE + 12, xOf(output)),
    label(bottom - LINE, 'with all of it'),
    dot(xOf(output), bottom - LINE, theme),
    value(bottom - LINE, output),
    textLine(left + 16, bottom + 18, '← against', { size: 11, fill: theme.quietInk }),
    textLine(left + SPAN + 74, bottom + 18, 'for the prediction →', {
      size: 11,
      fill: theme.quietInk,
      anchor: 'end',
    }),
  ];
  const title = `Row ${sourceRow}: from ${base.toFixed(3)} to “${predicted}” (${share})`;
  return document({ width, height: bottom + 34, title, theme }, content.join(''));
}

const dot = (x: number, y: number, theme: Theme): string =>
  element('circle', { cx: x, cy: y + 11, r: 4, fill: theme.ink });

interface ArrowPlace {
  readonly y: number;
  readonly xOf: (value: number) => number;
  readonly theme: Theme;
}

function arrow({ value, from, to }: PathStep, { y, xOf, theme }: ArrowPlace): string {
  const [start, end] = [xOf(from), xOf(to)];
  const tip = Math.min(6, Math.abs(end - start)) * Math.sign(end - start);
  const points = [
    [start, y + 4],
    [end - tip, y + 4],
    [end, y + 11],
    [end - tip, y + 18],
    [start, y + 18],
  ];
  const right = Math.max(start, end);
  const text = `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(3)}`;
  return (
    element('polygon', {
      points: points.map((point) => point.map((one) => one.toFixed(2)).join(',')).join(' '),
      fill: value >= 0 ? theme.supports : theme.opposes,
    }) + textLine(right + 7, y + 15, text, { size: 11 })
  );
}
