/** What groups of rows are given, and how far they are apart; from counts alone. */

/** `[groups][true class is the favourable one, 0 or 1][given it, 0 or 1]`, back to back. */
export type GroupCounts = Float64Array;

/** Counts of one group. */
export const CELLS_OF_GROUP = 4;

export const RATES = ['favourableRate', 'truePositiveRate', 'falsePositiveRate'] as const;
type Rate = (typeof RATES)[number];

export type GroupRates = Readonly<Record<Rate | 'accuracy', number>> & {
  readonly rows: number;
  /** Rows whose true class is the favourable one. */
  readonly favourableRows: number;
};

/** NaN where there is no row to take a share of. */
export function ratesOf(counts: GroupCounts, group: number): GroupRates {
  const start = group * CELLS_OF_GROUP;
  const [refused, wronglyGiven, wronglyRefused, given] = counts.subarray(
    start,
    start + 4,
  ) as unknown as [number, number, number, number];
  const favourableRows = wronglyRefused + given;
  const rows = refused + wronglyGiven + favourableRows;
  return {
    rows,
    favourableRows,
    favourableRate: (wronglyGiven + given) / rows,
    truePositiveRate: given / favourableRows,
    falsePositiveRate: wronglyGiven / (refused + wronglyGiven),
    accuracy: (refused + given) / rows,
  };
}

/** For each rate, the groups that are large enough for it. */
export type Comparable = Readonly<Record<Rate, readonly number[]>>;

export interface Gaps {
  readonly demographicParity: number;
  readonly equalisedOdds: number;
  readonly disparateImpact: number;
}

/**
 * demographicParity: largest less smallest share given the favourable class; disparateImpact:
 * smallest over largest, 1 where nobody is given it; equalisedOdds: the larger of the two
 * differences of true- and of false-positive rates. NaN where fewer than two groups compare.
 *
 * @see Hardt, Price and Srebro 2016, Equality of Opportunity in Supervised Learning,
 * arXiv:1610.02413; Feldman et al. 2015, Certifying and Removing Disparate Impact,
 * arXiv:1412.3756. Definitions as in Fairlearn's `demographic_parity_difference`,
 * `demographic_parity_ratio` and `equalized_odds_difference`.
 */
export function gapsOf(rates: readonly GroupRates[], comparable: Comparable): Gaps {
  const range = (rate: Rate): readonly [low: number, high: number] => {
    const values = comparable[rate].map((group) => rates[group]?.[rate] ?? NaN);
    return values.length < 2 ? [NaN, NaN] : [Math.min(...values), Math.max(...values)];
  };
  const [least, most] = range('favourableRate');
  const differences = (['truePositiveRate', 'falsePositiveRate'] as const).flatMap((rate) => {
    const [low, high] = range(rate);
    return comparable[rate].length < 2 ? [] : [high - low];
  });
  return {
    demographicParity: most - least,
    equalisedOdds: differences.length === 0 ? NaN : Math.max(...differences),
    disparateImpact: most === 0 ? 1 : least / most,
  };
}
