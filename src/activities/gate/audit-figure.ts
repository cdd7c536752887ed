/** The figures of an audit that a gate may hold against bounds. */
import type { MetricName } from '../../ml/audit/metric-names.ts';
import type { AuditReport, GroupFigures } from '../../ml/model.ts';
import type { GateStep } from '../step-types.ts';

type Audit = NonNullable<GateStep['with']['rules'][number]['audit']>;
export type AuditMeasure = Audit['measure'];

/** @returns `null` where the audit did not measure it, or the figure is not defined. */
export function auditFigure(report: AuditReport, measure: AuditMeasure): number | null {
  return FIGURES[measure](report);
}

const FIGURES: Readonly<Record<AuditMeasure, (report: AuditReport) => number | null>> = {
  failedChecks: ({ checks }) => checks.filter(({ status }) => status === 'fail').length,
  flaggedChecks: ({ checks }) => checks.filter(({ status }) => status === 'flag').length,
  unbeatenBaselines: ({ baselines }) => baselines?.filter(({ beaten }) => !beaten).length ?? null,
  accuracy: ({ accuracy }) => accuracy.value,
  accuracyLowerBound: ({ accuracy }) => accuracy.low,
  // A class without rows has no recall, and says nothing.
  recallPerClass: ({ perClass }) =>
    worst(
      Math.min,
      perClass.map(({ recall }) => recall),
    ),
  calibration: (report) => (report.texts ? null : report.expectedCalibrationError),
  noise: ({ noise }) =>
    worst(
      Math.max,
      noise.map(({ drop }) => drop),
    ),
  bleu: ({ texts }) => texts?.bleu.value ?? null,
  demographicParity: (report) => gap(Math.max, report, 'demographicParity'),
  equalisedOdds: (report) => gap(Math.max, report, 'equalisedOdds'),
  disparateImpact: (report) => gap(Math.min, report, 'disparateImpact'),
  ...metricFigures(),
  weakSegments: ({ weakSegments }) => weakSegments?.segments.length ?? null,
  sliceAccuracy: smallestSlice,
  // Whatever the attack, the accuracy that is left.
  adversarial: ({ adversarial }) =>
    adversarial
      ? worst(
          Math.min,
          adversarial.attacks.map(({ accuracy }) => accuracy),
        )
      : null,
  membership: ({ membership }) =>
    membership
      ? worst(
          Math.max,
          membership.attacks.map(({ advantage }) => advantage),
        )
      : null,
  leakedRows: ({ leakage }) => leakage?.leakedShare ?? null,
  targetLeak: ({ leakage }) => leakage?.alone[0]?.auc ?? null,
  repeatability: ({ stochasticity }) =>
    stochasticity ? stochasticity.differingRows / stochasticity.rows : null,
  churn: ({ stochasticity }) => stochasticity?.churn?.share ?? null,
};

/** Figures over all rows, which an audit has in one place. */
function metricFigures() {
  const of = (name: MetricName) => (report: AuditReport) => report.metrics?.[name].value ?? null;
  return {
    balancedAccuracy: of('balancedAccuracy'),
    precision: of('precision'),
    recall: of('recall'),
    f1: of('f1'),
    mcc: of('mcc'),
    kappa: of('kappa'),
    rocAuc: of('rocAuc'),
    prAuc: of('prAuc'),
    logLoss: of('logLoss'),
    brier: of('brier'),
  };
}

/** Of slices that are large enough to tell, as in the audit's own check. */
function smallestSlice({ slices = [] }: AuditReport): number | null {
  const told = slices.flatMap(({ slices: parts, minRows }) =>
    parts.filter(({ rows }) => rows >= minRows).map(({ accuracy }) => accuracy.value),
  );
  return worst(Math.min, told);
}

type Pick = typeof Math.min;

function worst(pick: Pick, values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : pick(...known);
}

/** One column whose gap cannot be measured makes the whole unknown, as in the audit's own checks. */
function gap(pick: Pick, report: AuditReport, name: keyof GroupFigures['gaps']): number | null {
  const values = (report.groups ?? []).map(({ gaps }) => gaps[name]?.value ?? null);
  return values.includes(null) ? null : worst(pick, values);
}
