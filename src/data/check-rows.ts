/** What may be wrong with the rows of a data set without making it unusable. */
import { createHash } from 'node:crypto';
import { wordTokens } from './encoders/word-tokens.ts';
import type { FeatureColumns } from './feature-columns.ts';
import type { Labels } from './label-rows.ts';
import { rowsInBlock } from './row-blocks.ts';
import { countDistinct, countShared, digest64 } from './row-digests.ts';
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
  readonly target: string;
  readonly features: readonly FeatureColumns[];
  readonly parts: RowsOfParts;
}

/** What is counted of one column of features. */
interface ColumnCount {
  readonly name: string;
  missing: number;
  /** The first value of the training part; `undefined` before there is one. */
  first: string | null | undefined;
  isConstant: boolean;
}

type Value = (row: number) => string | null;

/** Looks at rows that come in blocks; keeps 16 bytes of each, 24 where features are texts. */
export class RowChecker {
  readonly #rows: RowsToCheck;
  readonly #columns: readonly ColumnCount[];
  readonly #texts: readonly string[];
  readonly #features: BigUint64Array;
  /** With the target. */
  readonly #whole: BigUint64Array;
  readonly #letters: BigUint64Array | null;

  constructor(rows: RowsToCheck) {
    const { features, labels } = rows;
    this.#rows = rows;
    this.#columns = features
      .flatMap(({ columns }) => columns)
      .map((name) => ({ name, missing: 0, first: undefined, isConstant: true }));
    this.#texts = features
      .filter(({ group }) => group.type === 'text')
      .flatMap(({ columns }) => columns);
    this.#features = new BigUint64Array(labels.length);
    this.#whole = new BigUint64Array(labels.length);
    this.#letters = this.#texts.length === 0 ? null : new BigUint64Array(labels.length);
  }

  /** @param block  with the target, the features and the pixels of pictures; each row once. */
  add(block: Table): void {
    const training = rowsInBlock(this.#rows.parts.train, block);
    const values = this.#columns.map(({ name }) => valuesOf(block, name));
    this.#columns.forEach((column, index) => {
      countMissing(column, columnOf(block, column.name));
      compareTraining(column, values[index] as Value, training);
    });
    this.#digestRows(block, values);
  }

  finish(): RowChecks {
    const { parts, labels, classes } = this.#rows;
    const heldOut = { of: [parts.validation, parts.test], among: parts.train };
    const leakedRows = countShared(this.#features, heldOut);
    const similarTexts = this.#letters === null ? 0 : countShared(this.#letters, heldOut);
    const columns = this.#columns;
    const missing = columns.map((column) => [column.name, column.missing] as const);
    return {
      duplicateRows: labels.length - countDistinct(this.#whole),
      leakedRows,
      missingValues: columns.reduce((sum, column) => sum + column.missing, 0),
      missingByColumn: mostFrequent(missing.filter(([, count]) => count > 0)),
      constantColumns: constantColumns(columns),
      classCounts: countClasses(classes, labels),
      similarTexts,
    };
  }

  #digestRows(block: Table, values: readonly Value[]): void {
    const first = block.firstRow ?? 0;
    const targets = columnOf(block, this.#rows.target);
    const texts = this.#texts.map((name) => columnOf(block, name));
    const own = new Uint8Array(8);
    const view = new DataView(own.buffer);
    for (let row = 0; row < rowCount(block); row += 1) {
      // JSON tells an empty cell from the text "null", and where one cell ends.
      const features = digest64(JSON.stringify(values.map((value) => value(row))));
      this.#features[first + row] = features;
      view.setBigUint64(0, features);
      this.#whole[first + row] = digest64(own, targets[row] ?? '');
      if (this.#letters) this.#letters[first + row] = digestLetters(texts, row);
    }
  }
}

function countMissing(column: ColumnCount, cells: readonly (string | null)[]): void {
  for (const cell of cells) if (cell === null) column.missing += 1;
}

function compareTraining(column: ColumnCount, value: Value, training: Int32Array): void {
  const [first] = training;
  if (first === undefined || !column.isConstant) return;
  column.first = column.first === undefined ? value(first) : column.first;
  column.isConstant = training.every((row) => value(row) === column.first);
}

/** A picture is what it shows, not what its file is called. */
function valuesOf(table: Table, name: string): Value {
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

/** None where no row is for training. */
const constantColumns = (columns: readonly ColumnCount[]): string[] =>
  columns
    .filter(({ first, isConstant }) => first !== undefined && isConstant)
    .map(({ name }) => name)
    .slice(0, MAX_LISTED);

/** A target that is a text is of no class. */
function countClasses(classes: readonly string[], labels: Int32Array): Record<string, number> {
  if (classes.length === 0) return {};
  const counts = classes.map(() => 0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return mostFrequent(classes.map((name, label) => [name, counts[label] ?? 0] as const));
}

function mostFrequent(counts: readonly (readonly [string, number])[]): Record<string, number> {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  // Unlike assignment this keeps a column that is called `__proto__`.
  return Object.fromEntries(sorted.slice(0, MAX_LISTED));
}

const HAS_LETTER = /\p{L}/u;

/** 0n for a text without letters: it is like no other. */
function digestLetters(columns: readonly (readonly (string | null)[])[], row: number): bigint {
  const tokens = columns.flatMap((cells) =>
    wordTokens(cells[row] ?? '', { lowercase: true }).filter((token) => HAS_LETTER.test(token)),
  );
  return tokens.length === 0 ? 0n : digest64(tokens.join(' '));
}
