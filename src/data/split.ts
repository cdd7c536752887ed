/** Divides rows into parts by a seed. */
import { PipelineError } from '../errors.ts';
import { CounterRandom } from '../ml/random.ts';
import type { PartName } from './dataset.ts';
import type { RowBlocks } from './row-blocks.ts';
import { splitByColumn } from './split/column-split.ts';
import { splitByGroup } from './split/group-split.ts';
import { splitByTime } from './split/time-split.ts';

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
export async function splitRows(
  labels: Int32Array,
  options: SplitOptions,
  source: RowBlocks,
): Promise<RowsOfParts> {
  const dividing = dividingColumns(options);
  if (dividing.length > 1) {
    throw new PipelineError('SPEC_INVALID', 'split has more than one of `group`, `by`, `column`');
  }
  const partOf = await divide(labels, options, source);
  const [train, validation, test] = [0, 1, 2].map((part) => rowsWith(partOf, part));
  const result = { train, validation, test } as RowsOfParts;
  requireRows(result, options);
  return result;
}

/** @returns `[rows]`, the place of each row's part in `PART_NAMES`. */
async function divide(
  labels: Int32Array,
  options: SplitOptions,
  source: RowBlocks,
): Promise<Uint8Array> {
  const { group, by, column, seed } = options;
  if (column !== undefined) {
    return drawValidation(await splitByColumn(source, column), labels, options);
  }
  const shares = PART_NAMES.map((name) => options[name]);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE) {
    throw new PipelineError('SPEC_INVALID', `The shares of split sum to ${sum}, not 1`);
  }
  if (group !== undefined) return splitByGroup(source, { column: group, shares, seed });
  if (by !== undefined) return splitByTime(source, by, apportion(labels.length, shares));
  const partOf = new Uint8Array(labels.length);
  drawRows({ labels, rows: labels.map((_, row) => row), partOf }, options);
  return partOf;
}

/** Of the training rows, where the column marks none for validation. */
function drawValidation(partOf: Uint8Array, labels: Int32Array, options: SplitOptions): Uint8Array {
  if (options.validation === 0 || partOf.includes(PART_NAMES.indexOf('validation'))) return partOf;
  const shares = { ...options, train: 1 - options.validation, test: 0 };
  drawRows({ labels, rows: rowsWith(partOf, 0), partOf }, shares);
  return partOf;
}

function rowsWith(partOf: Uint8Array, part: number): Int32Array {
  const rows = new Int32Array(partOf.reduce((sum, one) => sum + (one === part ? 1 : 0), 0));
  let at = 0;
  partOf.forEach((one, row) => {
    if (one !== part) return;
    rows[at] = row;
    at += 1;
  });
  return rows;
}

interface RowsToDraw {
  /** `[rows]` of the source. */
  readonly labels: Int32Array;
  /** Those to be divided, ascending. */
  readonly rows: Int32Array;
  /** `[rows]` of the source, where the parts are written. */
  readonly partOf: Uint8Array;
}

/** Divides the given rows as the seed draws. */
function drawRows({ labels, rows, partOf }: RowsToDraw, options: SplitOptions): void {
  const shares = PART_NAMES.map((name) => options[name]);
  for (const { stream, rows: some } of groupRows(labels, rows, options.stratify)) {
    const order = new CounterRandom({ seed: options.seed, stream }).permutation(some.length);
    let at = 0;
    apportion(some.length, shares).forEach((count, part) => {
      for (const end = at + count; at < end; at += 1) {
        partOf[some[order[at] as number] as number] = part;
      }
    });
  }
}

function groupRows(labels: Int32Array, rows: Int32Array, stratify: boolean) {
  if (!stratify) return rows.length === 0 ? [] : [{ stream: 'split', rows }];
  const sizes = new Map<number, number>();
  for (const row of rows) {
    const label = labels[row] as number;
    sizes.set(label, (sizes.get(label) ?? 0) + 1);
  }
  const groups = new Map([...sizes].map(([label, size]) => [label, new Int32Array(size)]));
  const filled = new Map<number, number>();
  for (const row of rows) {
    const label = labels[row] as number;
    const at = filled.get(label) ?? 0;
    (groups.get(label) as Int32Array)[at] = row;
    filled.set(label, at + 1);
  }
  return [...groups].map(([label, some]) => ({ stream: `split:${label}`, rows: some }));
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
