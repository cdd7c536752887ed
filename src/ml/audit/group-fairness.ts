import type { GroupFigures, MeasuredGap } from '../model.ts';
import type { CounterRandom } from '../random.ts';
import { quantile, type BootstrapOptions } from './bootstrap.ts';
import {
  CELLS_OF_GROUP,
  gapsOf,
  RATES,
  ratesOf,
  type Comparable,
  type Gaps,
  type GroupCounts,
  type GroupRates,
} from './group-gaps.ts';

export interface GroupedRows {
  /** `[rows]`, indices into `names`. */
  readonly groups: ArrayLike<number>;
  readonly names: readonly string[];
  /** `[rows]`, 1 where the true class is the favourable one. */
  readonly deserved: ArrayLike<number>;
  /** `[rows]`, 1 where the model gives it. */
  readonly given: ArrayLike<number>;
}

export interface GroupFairnessOptions extends BootstrapOptions {
  /** Smaller groups, and smaller true classes in them, are left out of the gaps. */
  readonly minRows: number;
}

const RATE_NAMES = [...RATES, 'accuracy'] as const;
const GAP_NAMES = ['demographicParity', 'equalisedOdds', 'disparateImpact'] as const;

/**
 * Each group's rates and the gaps between groups, with bootstrap percentile intervals over rows.
 * Which groups compare is settled on the real rows; resamples where a figure is undefined are left
 * out of its interval. The largest of several noisy differences is never below 0, so that the
 * intervals of gaps lie too high where groups are alike: they show precision, and are no test.
 *
 * @returns `null` for a figure that is undefined.
 */
export function groupFairness(
  rows: GroupedRows,
  options: GroupFairnessOptions,
): Pick<GroupFigures, 'groups' | 'gaps' | 'warnings'> {
  const cells = cellsOf(rows);
  const { names } = rows;
  const counts = countCells(cells, names.length, (row) => row);
  const rates = names.map((_, group) => ratesOf(counts, group));
  const { comparable, warnings } = compareLargeEnough(rates, names, options.minRows);
  const figures = measure(rates, comparable);
  const intervals = intervalsOf(cells, { ...options, names, comparable });
  const at = (index: number): MeasuredGap | null => {
    const value = figures[index] ?? NaN;
    return Number.isNaN(value) ? null : { value, ...intervals(index) };
  };
  return {
    groups: rates.map(({ rows: size, favourableRows }, group) => ({
      group: names[group] ?? '',
      rows: size,
      favourableRows,
      ...named(RATE_NAMES, (index) => at(group * RATE_NAMES.length + index)),
    })),
    gaps: named(GAP_NAMES, (index) => at(names.length * RATE_NAMES.length + index)),
    warnings,
  };
}

function named<Name extends string, Value>(
  names: readonly Name[],
  valueOf: (index: number) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name, index) => [name, valueOf(index)])) as Record<
    Name,
    Value
  >;
}

/** All rates of each group, back to back, then the gaps. */
function measure(rates: readonly GroupRates[], comparable: Comparable): number[] {
  const gaps: Gaps = gapsOf(rates, comparable);
  return [
    ...rates.flatMap((group) => RATE_NAMES.map((name) => group[name])),
    ...GAP_NAMES.map((name) => gaps[name]),
  ];
}

/** `[rows]`, the cell of the counts that each row falls into. */
function cellsOf({ groups, deserved, given }: GroupedRows): Int32Array {
  return Int32Array.from(
    { length: groups.length },
    (_, row) => (groups[row] ?? 0) * CELLS_OF_GROUP + (deserved[row] ?? 0) * 2 + (given[row] ?? 0),
  );
}

function countCells(cells: Int32Array, groups: number, draw: (row: number) => number): GroupCounts {
  const counts = new Float64Array(groups * CELLS_OF_GROUP);
  for (let row = 0; row < cells.length; row += 1) {
    const cell = cells[draw(row)] as number;
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
}

function compareLargeEnough(
  rates: readonly GroupRates[],
  names: readonly string[],
  minRows: number,
): { comparable: Comparable; warnings: string[] } {
  const warnings: string[] = [];
  const enough = (what: string, sizeOf: (group: GroupRates) => number) =>
    rates.flatMap((group, index) => {
      const size = sizeOf(group);
      if (size >= minRows) return [index];
      warnings.push(
        `"${names[index] ?? ''}" has ${size} ${what}, fewer than ${minRows}: left out of the gaps`,
      );
      return [];
    });
  const comparable = {
    favourableRate: enough('rows', ({ rows }) => rows),
    truePositiveRate: enough('rows of the favourable class', (group) => group.favourableRows),
    falsePositiveRate: enough(
      'rows of other classes',
      ({ rows, favourableRows }) => rows - favourableRows,
    ),
  };
  return { comparable, warnings };
}

interface Resampling extends BootstrapOptions {
  readonly names: readonly string[];
  readonly comparable: Comparable;
  readonly random: CounterRandom;
}

/** @returns the interval of each figure, in the order of `measure`. */
function intervalsOf(
  cells: Int32Array,
  { samples, confidence, random, names, comparable }: Resampling,
): (index: number) => { low: number; high: number } {
  const drawn = Array.from({ length: samples }, () => {
    const counts = countCells(cells, names.length, () => random.integer(cells.length));
    return measure(
      names.map((_, group) => ratesOf(counts, group)),
      comparable,
    );
  });
  return (index) => {
    const values = Float64Array.from(
      drawn.flatMap((figures) => {
        const value = figures[index] ?? NaN;
        return Number.isNaN(value) ? [] : [value];
      }),
    ).sort();
    return {
      low: quantile(values, (1 - confidence) / 2),
      high: quantile(values, (1 + confidence) / 2),
    };
  };
}
