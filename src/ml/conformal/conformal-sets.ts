import type { ClassScores } from './class-scores.ts';
import type { ConformalGroup } from './fit-classes.ts';

export interface TableSize {
  readonly rows: number;
  readonly classes: number;
}

/**
 * Of each row the labels whose score is not above their threshold.
 *
 * @param groups  one for all classes, or one for each in their order.
 * @returns `[rows]`, indices of classes, rising; may be empty.
 */
export function conformalSets(
  scoreOf: ClassScores,
  groups: readonly ConformalGroup[],
  { rows, classes }: TableSize,
): number[][] {
  const bounds = Array.from({ length: classes }, (_, label) => {
    const group = groups.length === 1 ? groups[0] : groups[label];
    return group?.threshold ?? Infinity;
  });
  return Array.from({ length: rows }, (_, row) =>
    bounds.flatMap((bound, label) => (scoreOf(row, label) <= bound ? [label] : [])),
  );
}
