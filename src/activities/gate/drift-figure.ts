/** The figures of a drift step that a gate may hold against bounds. */
import type { DriftReport } from '../../ml/audit/drift/drift-report.ts';
import type { GateStep } from '../step-types.ts';

type Drift = NonNullable<GateStep['with']['rules'][number]['drift']>;

/** @returns `null` where there were too few rows to tell. */
export function driftFigure(
  { verdict, columns }: DriftReport,
  measure: Drift['measure'],
): number | null {
  if (verdict === 'too-few-rows' || columns.length === 0) return null;
  const drifted = columns.filter(({ hasDrifted }) => hasDrifted).length;
  switch (measure) {
    case 'driftedColumns':
      return drifted;
    case 'driftedShare':
      return drifted / columns.length;
    case 'largestValue':
      return Math.max(...columns.map(({ value }) => value));
  }
}
