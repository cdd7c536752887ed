import type { ComparisonWithProduction } from './audit-report.ts';
import { atLeast, type Comparison } from './checks.ts';

export interface ProductionBounds {
  readonly notWorseThanProduction?: { readonly alpha: number; readonly onFail: 'fail' | 'flag' };
}

/** Missed where the model is worse by more than chance explains; met where there is none yet. */
export function productionComparison(
  { production }: Partial<ComparisonWithProduction>,
  { notWorseThanProduction: bound }: ProductionBounds,
): Comparison[] {
  if (!bound || !production) return [];
  const name = 'notWorseThanProduction';
  const { alpha: min, onFail } = bound;
  if (production.verdict === 'first') {
    const what = 'no model is in production yet: the p-value of a loss';
    return [atLeast({ name, value: 1, what }, { min, onFail })];
  }
  const { difference, pValue } = production;
  const change = `${difference.value < 0 ? '' : '+'}${difference.value.toFixed(4)}`;
  const what = `the p-value of a loss in accuracy (${change}) against production`;
  return [atLeast({ name, value: difference.value < 0 ? pValue : 1, what }, { min, onFail })];
}
