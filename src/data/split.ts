/** Divides rows into parts by a seed. */
import { PipelineError } from '../errors.ts';
import { CounterRandom } from '../ml/random.ts';
import type { PartName } from './dataset.ts';

export const PART_NAMES = ['train', 'validation', 'test'] as const satisfies readonly PartName[];

export interface SplitOptions extends Readonly<Record<PartName, number>> {
  readonly stratify: boolean;
  readonly seed: number;
}

export type RowsOfParts = Readonly<Record<PartName, Int32Array>>;

const SUM_TOLERANCE = 1e-6;

/**
 * @param labels  `[rows]`, class indices. With `stratify` each class is divided alone, by
 * largest remainders, and the training part gets at least one row of each.
 * @returns row numbers in ascending order, each in one part.
 * @throws PipelineError `SPEC_INVALID` if the shares do not sum to 1; `DATA_INVALID` if a part
 * with a share would be empty.
 */
export function splitRows(labels: Int32Array, options: SplitOptions): RowsOfParts {
  const shares = PART_NAMES.map((name) => options[name]);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE) {
    throw new PipelineError('SPEC_INVALID', `The shares of split sum to ${sum}, not 1`);
  }
  const parts: number[][] = shares.map(() => []);
  for (const { stream, rows } of groupRows(labels, options.stratify)) {
    const order = new CounterRandom({ seed: options.seed, stream }).permutation(rows.length);
    let at = 0;
    apportion(rows.length, shares).forEach((count, part) => {
      for (const end = at + count; at < end; at += 1) {
        parts[part]?.push(rows[order[at] as number] as number);
      }
    });
  }
  const [train = [], validation = [], test = []] = parts;
  const result = {
    train: ascending(train),
    validation: ascending(validation),
    test: ascending(test),
  };
  requireRows(result, options);
  return result;
}

function groupRows(labels: Int32Array, stratify: boolean): { stream: string; rows: number[] }[] {
  const groups = new Map<string, number[]>();
  labels.forEach((label, row) => {
    const stream = stratify ? `split:${label}` : 'split';
    const rows = groups.get(stream);
    if (rows) rows.push(row);
    else groups.set(stream, [row]);
  });
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
  const empty = PART_NAMES.find((name) => options[name] > 0 && parts[name].length === 0);
  if (!empty) return;
  throw new PipelineError(
    'DATA_INVALID',
    `The part "${empty}" gets no row: its share ${options[empty]} of the source is too small`,
    { remedy: 'use more rows, a larger share, or a share of 0' },
  );
}

const ascending = (rows: readonly number[]): Int32Array => Int32Array.from(rows).sort();
