import { shorten } from './escape-xml.ts';
import { inkOn, mix } from './colour.ts';
import { renderVega } from './render-vega.ts';
import type { Theme } from './theme.ts';

export interface ConfusionMatrixInput {
  readonly classes: readonly string[];
  /** `[true class][predicted class]` counts. */
  readonly confusion: readonly (readonly number[])[];
  /** Name of the part, such as `test`. */
  readonly part: string;
}

/** Beyond so many classes the counts are left out: they could not be read. */
const LARGEST_WITH_COUNTS = 30;
/** More would take gigabytes to draw, and nobody could find a cell. */
const LARGEST_SHOWN = 60;

/**
 * Counts by true (down) and predicted class (across). The shade is the share of the true class;
 * zeros are left blank so that mistakes stand out. Of more than 60 classes those with most mistakes
 * are drawn.
 *
 * @returns SVG.
 */
export async function confusionMatrix(input: ConfusionMatrixInput, theme: Theme): Promise<string> {
  const { confusion, part } = input;
  const shown = mostMistaken(confusion);
  const classes = shown.map((index) => input.classes[index] ?? '?');
  const cell = Math.max(26, Math.min(72, Math.round(440 / classes.length)));
  const names = distinctLabels(classes);
  const rows = confusion.flat().reduce((sum, count) => sum + count, 0);
  const right = confusion.reduce((sum, line, index) => sum + (line[index] ?? 0), 0);
  const axis = { labelAngle: 0, ticks: false, domain: false };
  const long = names.some((name) => name.length * 7 > cell);
  const chart = {
    title: {
      text: `Confusion matrix, ${part} part`,
      subtitle: `${right} of ${rows} rows right; shade: share of the true class${
        shown.length < confusion.length
          ? `; the ${shown.length} of ${confusion.length} classes with most mistakes`
          : ''
      }`,
    },
    data: { values: cellsOf(confusion, shown, names) },
    width: { step: cell },
    height: { step: cell },
    encoding: {
      x: {
        field: 'predicted',
        type: 'nominal',
        title: 'Predicted class',
        sort: names,
        axis: { ...axis, orient: 'bottom', labelAngle: long ? -45 : 0 },
      },
      y: { field: 'true', type: 'nominal', title: 'True class', sort: names, axis },
    },
    layer: [
      {
        mark: { type: 'rect', stroke: theme.grid, strokeWidth: 0.5 },
        encoding: {
          color: {
            field: 'share',
            type: 'quantitative',
            legend: null,
            scale: { domain: [0, 1], range: [theme.paper, theme.deepest], interpolate: 'rgb' },
          },
        },
      },
      ...(classes.length <= LARGEST_WITH_COUNTS ? [countLayer(cell, theme)] : []),
    ],
  };
  return renderVega(chart, theme);
}

function countLayer(cell: number, { paper, deepest }: Theme): object {
  const [faint, deep] = [0, 1].map((share) => inkOn(mix(paper, deepest, share)));
  // The share from which on the ink of the deep end is the easier to read.
  const turn = Array.from({ length: 101 }, (_, percent) => percent / 100).find(
    (share) => inkOn(mix(paper, deepest, share)) === deep,
  );
  return {
    transform: [{ filter: 'datum.count > 0' }],
    mark: { type: 'text', fontSize: cell < 30 ? 9 : 12 },
    encoding: {
      text: { field: 'count', type: 'quantitative', format: 'd' },
      color: { condition: { test: `datum.share >= ${turn}`, value: deep }, value: faint },
    },
  };
}

/** The classes to draw, ascending: all, or those that most mistakes are of or for. */
function mostMistaken(confusion: ConfusionMatrixInput['confusion']): number[] {
  const mistakes = confusion.map(() => 0);
  confusion.forEach((line, row) => {
    line.forEach((count, column) => {
      if (row === column) return;
      mistakes[row] = (mistakes[row] ?? 0) + count;
      mistakes[column] = (mistakes[column] ?? 0) + count;
    });
  });
  return Array.from(mistakes.keys())
    .sort((a, b) => (mistakes[b] ?? 0) - (mistakes[a] ?? 0) || a - b)
    .slice(0, LARGEST_SHOWN)
    .sort((a, b) => a - b);
}

function cellsOf(
  confusion: ConfusionMatrixInput['confusion'],
  shown: readonly number[],
  names: readonly string[],
): object[] {
  return shown.flatMap((trueClass, row) => {
    const line = confusion[trueClass] ?? [];
    const rows = line.reduce((sum, count) => sum + count, 0);
    return shown.map((predictedClass, column) => {
      const count = line[predictedClass] ?? 0;
      return {
        true: names[row],
        predicted: names[column],
        count,
        share: rows === 0 ? 0 : count / rows,
      };
    });
  });
}

/** At most 16 characters each; a number tells apart what shortening made equal. */
function distinctLabels(classes: readonly string[]): string[] {
  const short = classes.map((name) => shorten(name, 16));
  return short.map((name, index) =>
    short.indexOf(name) === index ? name : `${shorten(name, 12)} (${index + 1})`,
  );
}
