/** What may be wrong with the rows of a data set without making it unusable. */
import { createHash } from 'node:crypto';
import { wordTokens } from './encoders/word-tokens.ts';
import type { FeatureColumns } from './feature-columns.ts';
import type { Labels } from './label-rows.ts';
import type { RowsOfParts } from './split.ts';
import { columnOf, rowCount, type Table } from './table.ts';

/** Lists of columns and classes cross into the workflow; the rest is left out. */
const MAX_LISTED = 100;

export interface RowChecks {
  /** Rows equal to an earlier one, target included. */
  readonly duplicateRows: number;
  /** Held-out rows whose features also stand in the training part. */
  readonly leakedRows: number;
  /** Empty cells among the features. */
  readonly missingValues: number;
  /** The same by column, those with most first, at most 100. */
  readonly missingByColumn: Readonly<Record<string, number>>;
  /** Columns of features with one value in the training part, at most 100. */
  readonly constantColumns: readonly string[];
  /** Rows of each class in the source, the most frequent first, at most 100. */
  readonly classCounts: Readonly<Record<string, number>>;
  /** Held-out rows with a text that training has too, but for case, digits and marks. */
  readonly similarTexts: number;
}

export interface RowsToCheck extends Labels {
  /** With the pixels of its pictures. */
  readonly table: Table;
  readonly features: readonly FeatureColumns[];
  readonly parts: RowsOfParts;
}

export function checkRows(rows: RowsToCheck): RowChecks {
  const { table, features, classes, labels } = rows;
  const names = features.flatMap(({ columns }) => columns);
  const missing = names.map((name) => {
    const cells = columnOf(table, name);
    return [name, cells.reduce((sum, cell) => sum + (cell === null ? 1 : 0), 0)] as const;
  });
  const counts = new Map(classes.map((name) => [name, 0]));
  for (const label of labels) {
    const name = classes[label];
    // A text is of no class.
    if (name === undefined) break;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return {
    ...checkRepeats(rows, names),
    missingValues: missing.reduce((sum, [, count]) => sum + count, 0),
    missingByColumn: mostFrequent(missing.filter(([, count]) => count > 0)),
    constantColumns: constantColumns(rows, names),
    classCounts: mostFrequent([...counts]),
    similarTexts: countSimilarTexts(rows),
  };
}

function checkRepeats({ table, labels, parts }: RowsToCheck, names: readonly string[]) {
  const columns = names.map((name) => valuesOf(table, name));
  // JSON tells an empty cell from the text "null", and where one cell ends.
  const featureKey = (row: number): string => JSON.stringify(columns.map((value) => value(row)));
  const keys = Array.from({ length: rowCount(table) }, (_, row) => featureKey(row));
  const rows = new Set(keys.map((key, row) => `${labels[row]} ${key}`));
  const trained = new Set(Array.from(parts.train, (row) => keys[row]));
  const heldOut = [...parts.validation, ...parts.test];
  return {
    duplicateRows: keys.length - rows.size,
    leakedRows: heldOut.filter((row) => trained.has(keys[row])).length,
  };
}

/** A picture is what it shows, not what its file is called. */
function valuesOf(table: Table, name: string): (row: number) => string | null {
  const pixels = table.pixels?.get(name);
  if (!pixels) {
    const cells = columnOf(table, name);
    return (row) => cells[row] ?? null;
  }
  const [height, width, channels] = pixels.shape;
  const size = height * width * channels;
  return (row) =>
    createHash('sha256')
      .update(pixels.data.subarray(row * size, (row + 1) * size))
      .digest('base64');
}

function constantColumns({ table, parts }: RowsToCheck, names: readonly string[]): string[] {
  const [first] = parts.train;
  if (first === undefined) return [];
  return names
    .filter((name) => {
      const value = valuesOf(table, name);
      const other = value(first);
      return parts.train.every((row) => value(row) === other);
    })
    .slice(0, MAX_LISTED);
}

function mostFrequent(counts: readonly (readonly [string, number])[]): Record<string, number> {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  // Unlike assignment this keeps a column that is called `__proto__`.
  return Object.fromEntries(sorted.slice(0, MAX_LISTED));
}

const HAS_LETTER = /\p{L}/u;

/** A text without letters is like no other. */
function countSimilarTexts({ table, features, parts }: RowsToCheck): number {
  const columns = features
    .filter(({ group }) => group.type === 'text')
    .flatMap(({ columns: names }) => names.map((name) => columnOf(table, name)));
  if (columns.length === 0) return 0;
  const keyOf = (row: number): string | null => {
    const tokens = columns.flatMap((cells) =>
      wordTokens(cells[row] ?? '', { lowercase: true }).filter((token) => HAS_LETTER.test(token)),
    );
    return tokens.length === 0 ? null : digestOf(tokens.join(' '));
  };
  const trained = new Set(Array.from(parts.train, keyOf));
  return [...parts.validation, ...parts.test].filter((row) => {
    const key = keyOf(row);
    return key !== null && trained.has(key);
  }).length;
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64');
