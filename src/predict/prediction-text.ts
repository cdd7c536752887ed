/** Predictions as text, a batch at a time. */
import type { PredictedBatch } from './predict-batches.ts';
import { likeliest, predictionOf } from './prediction.ts';

export const PREDICTION_FORMATS = ['csv', 'jsonl', 'json'] as const;
export type PredictionFormat = (typeof PREDICTION_FORMATS)[number];

export interface PredictionText {
  /** Before the first row. */
  readonly start: string;
  readonly batch: (batch: PredictedBatch) => string;
  /** After the last row. */
  readonly end: () => string;
}

/**
 * csv has the columns `row`, `class`, `confidence` and one `probability of <class>` a class; jsonl
 * an object a line, json one array of such objects. Numbers are written so that reading them gives
 * the same 32-bit floats.
 */
export function predictionText(
  format: PredictionFormat,
  classes: readonly string[],
): PredictionText {
  if (format === 'csv') return csvText(classes);
  const objects = (batch: PredictedBatch): string[] =>
    rowsOf(batch, classes.length).map(({ row, probabilities }) =>
      JSON.stringify({ row, ...predictionOf(classes, probabilities) }),
    );
  if (format === 'jsonl') {
    return {
      start: '',
      batch: (batch) =>
        objects(batch)
          .map((line) => `${line}\n`)
          .join(''),
      end: () => '',
    };
  }
  let written = 0;
  const before = (): string => (written++ === 0 ? '\n' : ',\n');
  return {
    start: '[',
    batch: (batch) =>
      objects(batch)
        .map((text) => before() + text)
        .join(''),
    end: () => '\n]\n',
  };
}

function csvText(classes: readonly string[]): PredictionText {
  const header = ['row', 'class', 'confidence', ...classes.map((name) => `probability of ${name}`)];
  const lineOf = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\n`;
  return {
    start: lineOf(header),
    batch: (batch) =>
      rowsOf(batch, classes.length)
        .map(({ row, probabilities }) => {
          const best = likeliest(probabilities);
          return lineOf([
            String(row),
            classes[best] as string,
            String(probabilities[best]),
            ...Array.from(probabilities, String),
          ]);
        })
        .join(''),
    end: () => '',
  };
}

/** RFC 4180. */
export const quoted = (cell: string): string =>
  /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

function rowsOf({ numbers, probabilities }: PredictedBatch, classes: number) {
  return numbers.map((row, index) => ({
    row,
    probabilities: probabilities.subarray(index * classes, (index + 1) * classes),
  }));
}
