/** Divides rows so that no group is in two parts. */
import { PipelineError } from '../../errors.ts';
import { CounterRandom } from '../../ml/random.ts';
import { forEachCell, type RowBlocks } from '../row-blocks.ts';

export interface GroupSplit {
  /** Column of the group of each row. */
  readonly column: string;
  /** One per part; they sum to 1. */
  readonly shares: readonly number[];
  readonly seed: number;
}

/**
 * Gives the groups, in a drawn order, each to the part that lacks most of its share of rows; of
 * equal ones to the first. So a part misses its share by less than its largest group. Keeps the name
 * of each group once.
 *
 * @returns `[rows]`, the part of each.
 * @throws PipelineError `DATA_INVALID` naming the row of an empty cell.
 */
export async function splitByGroup(
  source: RowBlocks,
  { column, shares, seed }: GroupSplit,
): Promise<Uint8Array> {
  const { groups, sizes } = await readGroups(source, column);
  const partOfGroup = new Uint8Array(sizes.length);
  const filled = shares.map(() => 0);
  const random = new CounterRandom({ seed, stream: 'split:group' });
  for (const group of random.permutation(sizes.length)) {
    const lacks = shares.map((share, part) => share * source.rows - (filled[part] as number));
    const part = lacks.indexOf(Math.max(...lacks));
    partOfGroup[group] = part;
    filled[part] = (filled[part] as number) + (sizes[group] as number);
  }
  return Uint8Array.from(groups, (group) => partOfGroup[group] as number);
}

/** Groups are numbered in the order in which they first come. */
async function readGroups(source: RowBlocks, column: string) {
  const numbers = new Map<string, number>();
  const groups = new Int32Array(source.rows);
  const sizes: number[] = [];
  await forEachCell(source, column, (cell, row) => {
    if (cell === null) {
      const where = `Column ${JSON.stringify(column)}, row ${row} (from 0)`;
      throw new PipelineError('DATA_INVALID', `${where}: the split needs a value here`);
    }
    const group = numbers.get(cell) ?? numbers.size;
    numbers.set(cell, group);
    groups[row] = group;
    sizes[group] = (sizes[group] ?? 0) + 1;
  });
  return { groups, sizes };
}
