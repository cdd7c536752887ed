/** Bounds on baselines and on gaps between groups, as comparisons. */
import type { BaselineFigures, GroupsFigures } from './audit-report.ts';
import type { Comparison, LowerBound, UpperBound } from './checks.ts';

type GapName = 'demographicParity' | 'equalisedOdds' | 'disparateImpact';

const IN_WORDS: Readonly<Record<GapName, string>> = {
  demographicParity: 'the difference in shares given the favourable class',
  equalisedOdds: 'the difference in true- or false-positive rates',
  disparateImpact: 'the ratio of shares given the favourable class',
};

export interface BaselineBounds {
  readonly beatsBaseline?: { readonly alpha: number; readonly onFail: 'fail' | 'flag' };
}

export interface GapBounds {
  readonly demographicParity?: UpperBound;
  readonly equalisedOdds?: UpperBound;
  readonly disparateImpact?: LowerBound;
}

/** The baseline that is beaten least clearly; one that is right as often or more counts as p = 1. */
export function baselineComparison(
  { baselines = [] }: Partial<BaselineFigures>,
  { beatsBaseline }: BaselineBounds,
): Comparison[] {
  if (!beatsBaseline) return [];
  const pOf = ({ difference, pValue }: (typeof baselines)[number]) => (difference > 0 ? pValue : 1);
  const [hardest] = baselines.toSorted((a, b) => pOf(b) - pOf(a) || a.difference - b.difference);
  if (!hardest) return [];
  const change = `${hardest.difference < 0 ? '' : '+'}${hardest.difference.toFixed(4)}`;
  return [
    {
      name: 'beatsBaseline',
      value: pOf(hardest),
      bound: beatsBaseline.alpha,
      direction: 'at most',
      what: `the p-value of a gain in accuracy (${change}) over the baseline "${hardest.name}"`,
      onFail: beatsBaseline.onFail,
    },
  ];
}

/** One for each column and bound. What cannot be measured misses its bound. */
export function gapComparisons(
  { groups = [] }: Partial<GroupsFigures>,
  bounds: GapBounds,
): Comparison[] {
  return (['demographicParity', 'equalisedOdds', 'disparateImpact'] as const).flatMap((name) => {
    const bound = bounds[name];
    if (!bound) return [];
    return groups.map(({ column, gaps }) => {
      const measured = gaps[name]?.value;
      const isLower = 'min' in bound;
      return {
        name: `${name}:${column}`,
        value: measured ?? (isLower ? 0 : 1),
        bound: isLower ? bound.min : bound.max,
        direction: isLower ? ('at least' as const) : ('at most' as const),
        what: `${IN_WORDS[name]} by "${column}"`,
        onFail: bound.onFail,
        ...(measured === undefined && { unmeasured: 'fewer than two groups are large enough' }),
      };
    });
  });
}
