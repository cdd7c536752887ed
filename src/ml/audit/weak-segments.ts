/** Where a model is wrong more often than elsewhere, searched for over simple conditions. */
import type { WeakSegment, WeakSegments } from './audit-report.ts';
import { benjaminiHochberg } from './benjamini-hochberg.ts';
import { fisherMoreErrors } from './fisher-test.ts';

export interface Condition {
  /** Conditions on one column exclude each other. */
  readonly column: string;
  /** In words, such as `age under 25`. */
  readonly text: string;
  /** `[rows]`, 1 where it holds. */
  readonly holds: ArrayLike<number>;
}

export interface SegmentSearch {
  /** Conditions that are joined at most. */
  readonly maxDepth: 1 | 2;
  /** Smaller segments are not tried; at least 1. */
  readonly minRows: number;
  /** Share of false discoveries that is accepted. */
  readonly alpha: number;
}

interface Segment {
  readonly parents: readonly number[];
  readonly rows: number;
  readonly errors: number;
}

/**
 * Tests each segment's error rate against that of all other rows (Fisher's exact test, one-sided) and
 * corrects for all that were tried (Benjamini and Hochberg). Which are tried depends on their sizes
 * alone, never on the errors.
 *
 * A pair is named only where it is worse than the rest of each of its two conditions that is weak by
 * itself, corrected in the same way: within a weak segment almost every part is weak.
 *
 * @param wrong  `[rows]`, 1 where the model is wrong.
 * @see Chung et al. 2019, "Slice Finder: automated data slicing for model validation", ICDE
 */
export function findWeakSegments(
  conditions: readonly Condition[],
  wrong: ArrayLike<number>,
  { maxDepth, minRows, alpha }: SegmentSearch,
): WeakSegments {
  const all = { rows: wrong.length, errors: Array.from(wrong).reduce((sum, one) => sum + one, 0) };
  const errors = bitsOf(wrong);
  const bits = conditions.map(({ holds }) => bitsOf(holds));
  const isTried = ({ rows }: Segment) => rows >= minRows && rows < all.rows;
  const singles = bits.map((set, index) => ({ parents: [index], ...count(set, errors) }));
  const pairs = maxDepth === 1 ? [] : pairsOf(conditions, { singles, bits, errors, minRows });
  const tried = [...singles, ...pairs].filter(isTried);
  const pValues = tried.map((segment) => moreErrors(segment, all));
  const adjusted = benjaminiHochberg(pValues);
  const found = tried.flatMap((segment, at) => {
    const [pValue, corrected] = [pValues[at] ?? NaN, adjusted[at] ?? NaN];
    return corrected <= alpha ? [{ segment, pValue, adjusted: corrected }] : [];
  });
  const explained = partsOfOthers(
    found.map(({ segment }) => segment),
    alpha,
  );
  const named = found
    .filter(({ segment }) => !explained.has(segment))
    .sort((a, b) => a.pValue - b.pValue || b.segment.rows - a.segment.rows);
  const describe = ({ segment, ...test }: (typeof named)[number]): WeakSegment => ({
    conditions: segment.parents.map((parent) => conditions[parent]?.text ?? ''),
    rows: segment.rows,
    errorRate: segment.errors / segment.rows,
    restErrorRate: (all.errors - segment.errors) / (all.rows - segment.rows),
    ...test,
  });
  return {
    tried: tried.length,
    alpha,
    segments: named.map(describe),
    explained: found.length - named.length,
  };
}

interface Parts {
  readonly singles: readonly Segment[];
  readonly bits: readonly Uint32Array[];
  readonly errors: Uint32Array;
  readonly minRows: number;
}

function pairsOf(
  conditions: readonly Condition[],
  { singles, bits, errors, minRows }: Parts,
): Segment[] {
  const large = [...singles.keys()].filter((index) => (singles[index]?.rows ?? 0) >= minRows);
  return large.flatMap((first, place) =>
    large.slice(place + 1).flatMap((second) => {
      const [a, b] = [bits[first] as Uint32Array, bits[second] as Uint32Array];
      if (conditions[first]?.column === conditions[second]?.column) return [];
      const both = count(a, errors, b);
      return both.rows < minRows ||
        both.rows === singles[first]?.rows ||
        both.rows === singles[second]?.rows
        ? []
        : [{ parents: [first, second], ...both }];
    }),
  );
}

/** Pairs that are no worse than the rest of a condition of theirs that is weak by itself. */
function partsOfOthers(found: readonly Segment[], alpha: number): ReadonlySet<Segment> {
  const pairs = found.filter(({ parents }) => parents.length === 2);
  const parts = found.flatMap((weak) => {
    const [condition] = weak.parents;
    if (weak.parents.length > 1 || condition === undefined) return [];
    const within = pairs.filter(({ parents }) => parents.includes(condition));
    const adjusted = benjaminiHochberg(within.map((pair) => moreErrors(pair, weak)));
    return within.filter((_, at) => (adjusted[at] ?? 1) > alpha);
  });
  return new Set(parts);
}

const moreErrors = (segment: Segment, among: Pick<Segment, 'rows' | 'errors'>): number =>
  fisherMoreErrors({
    errors: segment.errors,
    rows: segment.rows,
    allErrors: among.errors,
    allRows: among.rows,
  });

/** 32 rows a word. */
function bitsOf(flags: ArrayLike<number>): Uint32Array {
  const words = new Uint32Array(Math.ceil(flags.length / 32));
  for (let row = 0; row < flags.length; row += 1) {
    if (flags[row] === 1) words[row >>> 5] = (words[row >>> 5] as number) | (1 << (row & 31));
  }
  return words;
}

/** Rows of a set, or of two sets at once, and how many of them are wrong. */
function count(set: Uint32Array, errors: Uint32Array, other = set) {
  let [rows, wrong] = [0, 0];
  for (let at = 0; at < set.length; at += 1) {
    const word = (set[at] as number) & (other[at] as number);
    if (word === 0) continue;
    rows += ones(word);
    wrong += ones(word & (errors[at] as number));
  }
  return { rows, errors: wrong };
}

/** @see Warren 2012, Hacker's Delight, 5-1 */
function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
