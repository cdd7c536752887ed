import { binomialTail } from './binomial-tail.ts';
import { clopperPearson } from './clopper-pearson.ts';

export interface CoverageCounts {
  /** Items whose set holds the true class. */
  readonly covered: number;
  /** Items whose true class is known. */
  readonly decided: number;
}

export interface CoverageVerdict {
  /** Share that is covered; `null` of no item. */
  readonly coverage: number | null;
  /** The exact interval of Clopper and Pearson. */
  readonly low: number | null;
  readonly high: number | null;
  /** How likely so few are covered where 1 − α of all are. */
  readonly pValue: number | null;
  readonly alarm: boolean;
}

const CONFIDENCE = 0.95;

/**
 * The one-sided exact binomial test of whether 1 − α of all rows are covered, by a random sample of
 * them. Without an item nothing is known, and there is no alarm.
 *
 * @param options.level  largest p-value that raises the alarm.
 */
export function judgeCoverage(
  { covered, decided }: CoverageCounts,
  { alpha, level }: { readonly alpha: number; readonly level: number },
): CoverageVerdict {
  if (decided === 0) return { coverage: null, low: null, high: null, pValue: null, alarm: false };
  const pValue = binomialTail(covered, decided, 1 - alpha);
  return {
    coverage: covered / decided,
    ...clopperPearson(covered, decided, CONFIDENCE),
    pValue,
    alarm: pValue <= level,
  };
}
