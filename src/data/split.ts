/** Divides rows into parts by a seed. */
import { PipelineError } from '../errors.ts';
import { CounterRandom } from '../ml/random.ts';
import type { PartName } from './dataset.ts';
import { splitByColumn } from './split/column-split.ts';
import { splitByGroup } from './split/group-split.ts';
import { splitByTime } from './split/time-split.ts';
import { columnOf, type Table } from './table.ts';

export const PART_NAMES = ['train', 'validation', 'test'] as const satisfies readonly PartName[];

export interface SplitOptions extends Readonly<Record<PartName, number>> {
  readonly stratify: boolean;
  readonly seed: number;
  /** Column of groups, none of which is in two parts. */
  readonly group?: string | undefined;
  /** Column of times, in whose order the parts follow one another. */
  readonly by?: string | undefined;
  /** Column that names the parts. */
  readonly column?: string | undefined;
}

export type RowsOfParts = Readonly<Record<PartName, Int32Array>>;

const SUM_TOLERANCE = 1e-6;

/** Columns that say how the rows are divided. */
export function dividingColumns({ group, by, column }: SplitOptions): string[] {
  return [group, by, column].filter((name) => name !== undefined);
}

/**
 * @param labels  `[rows]`, class indices. With `stratify` each class is divided alone, by
 * largest remainders, and the training part gets at least one row of each.
 * @returns row numbers in ascending order, each in one part.
 * @throws PipelineError `SPEC_INVALID` if the shares do not sum to 1, or two columns divide;
 * `DATA_INVALID` if a part with a share would be empty, and for a cell that does not say where its
 * row belongs.
 */
export function splitRows(labels: Int32Array, options: SplitOptions, table: Table): RowsOfParts {
  const dividing = dividingColumns(options);
  if (dividing.length > 1) {
    throw new PipelineError('SPEC_INVALID', 'split has more than one of `group`, `by`, `column`');
  }
  const parts = divide(labels, options, table).map(ascending);
  const [train, validation, test] = parts as [Int32Array, Int32Array, Int32Array];
  const result = { train, validation, test };
  requireRows(result, options);
  return result;
}

function divide(labels: Int32Array, options: SplitOptions, table: Table): number[][] {
  const { group, by, column, seed } = options;
  if (column !== undefined) {
    const marked = splitByColumn(table, column);
    if (marked[1].length > 0 || options.validation === 0) return marked;
    const drawn = drawRows(labels, marked[0], {
      ...options,
      train: 1 - options.validation,
      test: 0,
    });
    return [drawn[0] ?? [], drawn[1] ?? [], marked[2]];
  }
  const shares = PART_NAMES.map((name) => options[name]);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE) {
    throw new PipelineError('SPEC_INVALID', `The shares of split sum to ${sum}, not 1`);
  }
  if (group !== undefined) {
    return splitByGroup({ groups: present(table, group), shares, seed });
  }
  if (by !== undefined) return splitByTime(table, by, apportion(labels.length, shares));
  return drawRows(labels, Array.from(labels.keys()), options);
}

/** @returns `[parts]` of the given rows, drawn by the seed. */
function drawRows(labels: Int32Array, rows: readonly number[], options: SplitOptions): number[][] {
  const shares = PART_NAMES.map((name) => options[name]);
  const parts: number[][] = shares.map(() => []);
  for (const { stream, rows: some } of groupRows(labels, rows, options.stratify)) {
    const order = new CounterRandom({ seed: options.seed, stream }).permutation(some.length);
    let at = 0;
    apportion(some.length, shares).forEach((count, part) => {
      for (const end = at + count; at < end; at += 1) {
        parts[part]?.push(some[order[at] as number] as number);
      }
    });
  }
  return parts;
}

function present(table: Table, column: string): string[] {
  return columnOf(table, column).map((cell, row) => {
    if (cell !== null) return cell;
    const where = `Column ${JSON.stringify(column)}, row ${row} (from 0)`;
    throw new PipelineError('DATA_INVALID', `${where}: the split needs a value here`);
  });
}

function groupRows(labels: Int32Array, given: readonly number[], stratify: boolean) {
  const groups = new Map<string, number[]>();
  for (const row of given) {
    const stream = stratify ? `split:${labels[row]}` : 'split';
    const rows = groups.get(stream);
    if (rows) rows.push(row);
    else groups.set(stream, [row]);
  }
  return [...groups].map(([stream, rows]) => ({ stream, rows }));
}

/**
 * Whole numbers nearest to the shares: floors first, then one each to the largest remainders,
 * equal ones in the order train, validation, test; they sum to `rows`. The first share gets at
 * least one.
 */
export function apportion(rows: number, shares: readonly number[]): number[] {
  const ideal = shares.map((share) => rows * share);
  // Without rounding 0.7·10 + 0.1·10 + … could lose a row to the last bit.
  const counts = ideal.map((value) => Math.floor(value + 1e-9));
  const remainders = ideal.map((value, index) => value - (counts[index] as number));
  let left = rows - counts.reduce((total, count) => total + count, 0);
  // Shares may sum to a little over 1; the largest part bears what that is too much.
  if (left < 0) {
    const largest = counts.indexOf(Math.max(...counts));
    counts[largest] = (counts[largest] as number) + left;
  }
  const byRemainder = shares
    .map((_, index) => index)
    .sort((a, b) => (remainders[b] as number) - (remainders[a] as number) || a - b);
  for (const index of byRemainder) {
    if (left <= 0) break;
    counts[index] = (counts[index] as number) + 1;
    left -= 1;
  }
  if (rows > 0 && counts[0] === 0) {
    const donor = counts.indexOf(Math.max(...counts));
    counts[donor] = (counts[donor] as number) - 1;
    counts[0] = 1;
  }
  return counts;
}

function requireRows(parts: RowsOfParts, options: SplitOptions): void {
  if (options.column !== undefined) return requireTrainingRows(parts, options.column);
  const empty = PART_NAMES.find((name) => options[name] > 0 && parts[name].length === 0);
  if (!empty) return;
  throw new PipelineError(
    'DATA_INVALID',
    `The part "${empty}" gets no row: its share ${options[empty]} of the source is too small`,
    { remedy: 'use more rows, a larger share, or a share of 0' },
  );
}

function requireTrainingRows({ train }: RowsOfParts, column: string): void {
  if (train.length > 0) return;
  throw new PipelineError(
    'DATA_INVALID',
    `Column ${JSON.stringify(column)}: no row is for training`,
  );
}

const ascending = (rows: readonly number[]): Int32Array => Int32Array.from(rows).sort();
