/** Figures held against bounds. */
import type { AuditReport } from './audit-report.ts';
import { tellingDecimals } from './telling-decimals.ts';

export type AuditCheck = AuditReport['checks'][number];

export interface LowerBound {
  readonly min: number;
  /** What a missed bound means. */
  readonly onFail: 'fail' | 'flag';
}

export interface UpperBound {
  readonly max: number;
  readonly onFail: 'fail' | 'flag';
}

export interface Comparison {
  readonly name: string;
  readonly value: number;
  readonly bound: number;
  readonly direction: 'at least' | 'at most';
  /** The measure in words, such as `accuracy`. */
  readonly what: string;
  readonly onFail: 'fail' | 'flag';
  /** Why it could not be measured, which misses the bound; `value` is then the worst. */
  readonly unmeasured?: string;
}

/**
 * Holds figures against their bounds; a value equal to its bound passes.
 *
 * @returns one entry for each, in their order.
 */
export function judge(comparisons: readonly Comparison[]): AuditCheck[] {
  return comparisons.map(compare);
}

/** The worst of the checks; `pass` without any. */
export function worstStatus(checks: readonly AuditCheck[]): AuditReport['status'] {
  if (checks.some(({ status }) => status === 'fail')) return 'fail';
  return checks.some(({ status }) => status === 'flag') ? 'flag' : 'pass';
}

interface Measured {
  readonly name: string;
  readonly value: number;
  readonly what: string;
  readonly unmeasured?: string;
}

export const atLeast = (measured: Measured, { min, onFail }: LowerBound): Comparison => ({
  ...measured,
  bound: min,
  direction: 'at least',
  onFail,
});

export const atMost = (measured: Measured, { max, onFail }: UpperBound): Comparison => ({
  ...measured,
  bound: max,
  direction: 'at most',
  onFail,
});

function compare(comparison: Comparison): AuditCheck {
  const { name, value, bound, direction, what, onFail, unmeasured } = comparison;
  if (unmeasured !== undefined) {
    const message = `${what} cannot be measured: ${unmeasured}`;
    return { name, status: onFail, value, bound, message };
  }
  // NaN compares false and so misses its bound.
  const met = direction === 'at least' ? value >= bound : value <= bound;
  const verdict = met ? 'meets' : 'misses';
  const shown = tellingDecimals(value, bound, 3);
  const message = `${what} is ${shown(value)}, which ${verdict} the bound of ${direction} ${shown(bound)}`;
  return { name, status: met ? 'pass' : onFail, value, bound, message };
}
