/** Divides rows so that no group is in two parts. */
import { CounterRandom } from '../../ml/random.ts';

export interface GroupSplit {
  /** `[rows]`, the group of each. */
  readonly groups: readonly string[];
  /** One per part; they sum to 1. */
  readonly shares: readonly number[];
  readonly seed: number;
}

/**
 * Gives the groups, in a drawn order, each to the part that lacks most of its share of rows; of
 * equal ones to the first. So a part misses its share by less than its largest group.
 *
 * @returns `[parts]`, row numbers.
 */
export function splitByGroup({ groups, shares, seed }: GroupSplit): number[][] {
  const members = new Map<string, number[]>();
  groups.forEach((group, row) => {
    const rows = members.get(group);
    if (rows) rows.push(row);
    else members.set(group, [row]);
  });
  const names = [...members.keys()];
  const parts: number[][] = shares.map(() => []);
  for (const index of new CounterRandom({ seed, stream: 'split:group' }).permutation(
    names.length,
  )) {
    const rows = members.get(names[index] as string) ?? [];
    const lacks = shares.map((share, part) => share * groups.length - (parts[part]?.length ?? 0));
    const part = parts[lacks.indexOf(Math.max(...lacks))] as number[];
    // Spread, a large group would not fit the stack.
    for (const row of rows) part.push(row);
  }
  return parts;
}
