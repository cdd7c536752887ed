import type { AttentionShares } from './attention-shares.ts';
import { mix } from './colour.ts';
import type { DataTable } from './data-table.ts';
import { shorten } from './escape-xml.ts';
import { pixelGrid } from './pixel-grid.ts';
import { document, textLine } from './svg.ts';
import type { Theme } from './theme.ts';

/** A step that is there, such as a token. */
export interface AttendedStep {
  readonly step: number;
  readonly text: string;
}

export interface DrawnAttention {
  readonly heads: number;
  /** How many heads there are, of which `heads` are drawn. */
  readonly headsInAll: number;
  /** Those that look. */
  readonly from: readonly AttendedStep[];
  /** Those that are looked at; all others are joined in one more column where there are any. */
  readonly to: readonly AttendedStep[];
  readonly others: number;
  /** `[heads][from][to + 1]`, the others last; each row sums to 1. */
  readonly shares: readonly (readonly (readonly number[])[])[];
}

/** More could not be read. */
const MOST_STEPS = 24;
const MOST_HEADS = 8;

/**
 * The steps that are looked at most, in their order, and what they see of one another.
 *
 * @param present  the steps that are no padding.
 */
export function drawnAttention(
  { heads, steps, valueSteps, values }: AttentionShares,
  present: readonly AttendedStep[],
): DrawnAttention {
  const shareOf = (head: number, from: number, to: number): number =>
    values[(head * steps + from) * valueSteps + to] ?? 0;
  const seen = present.map((own) => {
    let sum = 0;
    for (let head = 0; head < heads; head += 1) {
      for (const { step } of present) sum += shareOf(head, step, own.step);
    }
    return { own, sum };
  });
  const to = seen
    .sort((a, b) => b.sum - a.sum || a.own.step - b.own.step)
    .slice(0, MOST_STEPS)
    .map(({ own }) => own)
    .sort((a, b) => a.step - b.step);
  const from = to.filter(({ step }) => step < steps);
  const count = Math.min(heads, MOST_HEADS);
  const shares = Array.from({ length: count }, (_, head) =>
    from.map((query) => {
      const shown = to.map((key) => shareOf(head, query.step, key.step));
      return [...shown, Math.max(0, 1 - shown.reduce((sum, share) => sum + share, 0))];
    }),
  );
  const others = valueSteps - to.length;
  return { heads: count, headsInAll: heads, from, to, others, shares };
}

const CELL = 14;
const MARGIN = 16;
/** Of a token's text. */
const LETTERS = 12;
const LABELS = 84;
const LABELS_BELOW = 66;
const GAP = 20;

/**
 * A square for each head: each line is a token that looks, each column one that it looks at, the
 * deeper the more.
 *
 * @returns SVG.
 */
export function attentionMap(
  drawn: DrawnAttention,
  { layer, sourceRow }: { readonly layer: string; readonly sourceRow: number },
  theme: Theme,
): string {
  const { from, to, others, shares, headsInAll } = drawn;
  const columns = Math.min(2, shares.length);
  const wide = LABELS + (to.length + 1) * CELL;
  const high = 20 + from.length * CELL + LABELS_BELOW;
  const width = Math.max(2 * MARGIN + columns * wide + (columns - 1) * GAP, 420);
  const height = 74 + Math.ceil(shares.length / columns) * (high + GAP);
  // The others together would outshine every single one.
  const largest = Math.max(...shares.flat().flatMap((line) => line.slice(0, -1)), 0);
  const heads =
    shares.length < headsInAll ? `${shares.length} of ${headsInAll}` : `all ${headsInAll}`;
  const content = [
    textLine(MARGIN, 24, shorten(`Attention of ${layer}, row ${sourceRow}`, 60), {
      size: 14,
      weight: 'bold',
    }),
    textLine(
      MARGIN,
      42,
      `${heads} heads · each line sums to 1 · deepest: ${largest.toFixed(3)} or more`,
      {
        size: 11,
        fill: theme.quietInk,
      },
    ),
    textLine(MARGIN, 57, `down: who looks · across: at whom · last column: ${others} others`, {
      size: 11,
      fill: theme.quietInk,
    }),
    ...shares.map((head, index) => {
      const left = MARGIN + (index % columns) * (wide + GAP);
      const top = 74 + Math.floor(index / columns) * (high + GAP);
      return headPanel(head, { drawn, index, left, top, largest, theme });
    }),
  ];
  const title = `Attention of the layer ${layer} for row ${sourceRow}`;
  return document({ width, height, title, theme }, content.join(''));
}

interface PanelPlace {
  readonly drawn: DrawnAttention;
  readonly index: number;
  readonly left: number;
  readonly top: number;
  readonly largest: number;
  readonly theme: Theme;
}

function headPanel(head: readonly (readonly number[])[], place: PanelPlace): string {
  const { drawn, index, left, top, largest, theme } = place;
  const { from, to } = drawn;
  const [gridLeft, gridTop] = [left + LABELS, top + 20];
  const cells = { height: from.length, width: to.length + 1 };
  const side = CELL * Math.max(cells.height, cells.width);
  const flat = head.flat();
  const bottom = gridTop + from.length * CELL;
  return [
    textLine(gridLeft, top + 13, `head ${index + 1}`, { size: 11, weight: 'bold' }),
    pixelGrid(
      { left: gridLeft, top: gridTop, side, frame: theme.frame },
      {
        ...cells,
        colourOf: (at) => mix(theme.paper, theme.deepest, (flat[at] ?? 0) / (largest || 1)),
      },
    ),
    ...from.map(({ text }, at) =>
      textLine(gridLeft - 5, gridTop + at * CELL + 10.5, shorten(text, LETTERS), {
        size: 10,
        anchor: 'end',
      }),
    ),
    ...[...to.map(({ text }) => text), 'others'].map((text, at) =>
      textLine(gridLeft + at * CELL + 10, bottom + 7, shorten(text, LETTERS), {
        size: 10,
        anchor: 'end',
        rotate: -60,
      }),
    ),
  ].join('');
}

/** The shares as drawn. */
export function attentionTable({ from, to, shares }: DrawnAttention): DataTable {
  const keys = [...to.map(({ step, text }) => [step, text] as const), [null, 'others'] as const];
  return {
    columns: ['head', 'from_step', 'from', 'to_step', 'to', 'share'],
    rows: shares.flatMap((head, index) =>
      head.flatMap((line, at) =>
        line.map((share, key) => [
          index + 1,
          from[at]?.step ?? null,
          from[at]?.text ?? '',
          keys[key]?.[0] ?? null,
          keys[key]?.[1] ?? '',
          share,
        ]),
      ),
    ),
  };
}
