/** What the schema gives the step `explain` where a pipeline says nothing of quality, and nothing of it. */
import type { ExplainStep } from '../../src/activities/step-types.ts';

type Quality = ExplainStep['with']['quality'];

export const USUAL_QUALITY: Quality = {
  seeds: 2,
  top: 5,
  steps: 10,
  untrainedRows: 2,
  minRankCorrelation: 0.5,
  minTopJaccard: 0.3,
  minFaithfulness: 0,
  maxUntrainedCorrelation: 0.8,
};

export const NO_QUALITY: Quality = { ...USUAL_QUALITY, seeds: 1, steps: 0, untrainedRows: 0 };
