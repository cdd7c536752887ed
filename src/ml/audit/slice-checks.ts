/** Bounds on slices and on weak segments, as comparisons. */
import type { SlicesFigures, WeakSegmentFigures } from './audit-report.ts';
import { atLeast, atMost, type Comparison, type LowerBound, type UpperBound } from './checks.ts';

export interface SliceBounds {
  readonly sliceAccuracy?: LowerBound;
}

/** One for each column: its worst slice of those that are large enough; none misses the bound. */
export function sliceComparisons(
  { slices = [] }: Partial<SlicesFigures>,
  { sliceAccuracy: bound }: SliceBounds,
): Comparison[] {
  if (!bound) return [];
  return slices.map(({ column, slices: all, minRows }) => {
    const name = `sliceAccuracy:${column}`;
    const measured = all.flatMap(({ slice, rows, accuracy }) =>
      rows >= minRows && accuracy.value !== null ? [{ slice, value: accuracy.value }] : [],
    );
    const [worst] = measured.sort((a, b) => a.value - b.value);
    if (!worst) {
      const what = `accuracy by "${column}"`;
      return atLeast({ name, value: 0, what, unmeasured: 'no slice is large enough' }, bound);
    }
    const what = `the smallest accuracy by "${column}", that of "${worst.slice}",`;
    return atLeast({ name, value: worst.value, what }, bound);
  });
}

export function segmentComparison(
  { weakSegments }: Partial<WeakSegmentFigures>,
  { weakSegments: bound }: { readonly weakSegments?: UpperBound },
): Comparison[] {
  if (!bound || !weakSegments) return [];
  const value = weakSegments.segments.length;
  return [atMost({ name: 'weakSegments', value, what: 'the number of weak segments' }, bound)];
}
