/** Bounds on the figures over all rows, as comparisons. */
import type { MetricFigures } from './audit-report.ts';
import { atLeast, atMost, type Comparison, type LowerBound, type UpperBound } from './checks.ts';
import { METRICS } from './metric-names.ts';

const AT_LEAST = [
  'balancedAccuracy',
  'precision',
  'recall',
  'f1',
  'mcc',
  'kappa',
  'rocAuc',
  'prAuc',
] as const;
const AT_MOST = ['logLoss', 'brier'] as const;

export type MetricBounds = { readonly [Name in (typeof AT_LEAST)[number]]?: LowerBound } & {
  readonly [Name in (typeof AT_MOST)[number]]?: UpperBound;
};

/** A figure that is undefined misses its bound. */
export function metricComparisons(
  { metrics }: Partial<MetricFigures>,
  bounds: MetricBounds,
): Comparison[] {
  if (!metrics) return [];
  const measured = (name: (typeof AT_LEAST)[number] | (typeof AT_MOST)[number]) => {
    const figure = metrics[name];
    const { what, worst } = METRICS[name];
    return figure.value === null
      ? { name, what, value: worst, unmeasured: figure.reason }
      : { name, what, value: figure.value };
  };
  return [
    ...AT_LEAST.flatMap((name) => {
      const bound = bounds[name];
      return bound ? [atLeast(measured(name), bound)] : [];
    }),
    ...AT_MOST.flatMap((name) => {
      const bound = bounds[name];
      return bound ? [atMost(measured(name), bound)] : [];
    }),
  ];
}
