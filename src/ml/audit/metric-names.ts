/** The figures of a classifier over all rows, what each is called, and its worst value. */
export const METRICS = {
  balancedAccuracy: { what: 'balanced accuracy', worst: 0 },
  precision: { what: 'macro-averaged precision', worst: 0 },
  recall: { what: 'macro-averaged recall', worst: 0 },
  f1: { what: 'macro-averaged F1', worst: 0 },
  precisionWeighted: { what: 'weighted precision', worst: 0 },
  recallWeighted: { what: 'weighted recall', worst: 0 },
  f1Weighted: { what: 'weighted F1', worst: 0 },
  mcc: { what: "Matthews' correlation", worst: -1 },
  kappa: { what: "Cohen's kappa", worst: -1 },
  logLoss: { what: 'log loss', worst: -Math.log(Number.EPSILON) },
  brier: { what: 'Brier score', worst: 2 },
  expectedCalibrationError: { what: 'expected calibration error', worst: 1 },
  rocAuc: { what: 'macro-averaged ROC AUC', worst: 0 },
  rocAucWeighted: { what: 'weighted ROC AUC', worst: 0 },
  prAuc: { what: 'macro-averaged PR AUC', worst: 0 },
  prAucWeighted: { what: 'weighted PR AUC', worst: 0 },
} as const;

export type MetricName = keyof typeof METRICS;

export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];

/** Of each class alone, against all others. */
export const CLASS_METRICS = ['precision', 'recall', 'f1', 'rocAuc', 'prAuc'] as const;
export type ClassMetric = (typeof CLASS_METRICS)[number];
