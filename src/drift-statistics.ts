/** The ways to measure how far a column has moved. */

export const DRIFT_STATISTICS = [
  'psi',
  'ks',
  'chi-squared',
  'wasserstein',
  'jensen-shannon',
] as const;

export type DriftStatistic = (typeof DRIFT_STATISTICS)[number];

/** Above it a column counts as moved, where no threshold is given. */
export const USUAL_THRESHOLDS: Readonly<Record<DriftStatistic, number>> = {
  // From here on the index is commonly read as a change that needs an answer.
  psi: 0.2,
  // A tenth of the rows, at most, has gone past some value.
  ks: 0.1,
  // What is called a small effect.
  'chi-squared': 0.1,
  // A tenth of a standard deviation, in the mean.
  wasserstein: 0.1,
  'jensen-shannon': 0.1,
};

/** As a list of figures names it. */
export const STATISTIC_LABELS: Readonly<Record<DriftStatistic, string>> = {
  psi: 'PSI',
  ks: 'D',
  'chi-squared': 'V',
  wasserstein: 'W/σ',
  'jensen-shannon': 'JS',
};
