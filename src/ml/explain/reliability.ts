import type { ExplanationQuality, RowExplanation } from '../model.ts';
import { COMPLETENESS_TOLERANCE } from './integrated-gradients.ts';

/** One point of a probability: less than a reader of the bars would act upon. */
const SAMPLING_TOLERANCE = 0.01;
/** Of the strongest value, where values promise no sum: less changes no mind about what matters. */
const SAMPLING_SHARE = 0.1;

/** Beyond these an explanation is not to be relied on; a figure that was not measured is in order. */
export interface ReliabilityBounds {
  readonly minRankCorrelation: number;
  readonly minTopJaccard: number;
  /** Insertion minus deletion. */
  readonly minFaithfulness: number;
}

export const USUAL_BOUNDS: ReliabilityBounds = {
  minRankCorrelation: 0.5,
  minTopJaccard: 0.3,
  minFaithfulness: 0,
};

type Judged = Pick<RowExplanation, 'error' | 'samplingError' | 'quality' | 'rule'> & {
  readonly attributions: ArrayLike<number>;
};

/**
 * Why an explanation is not to be relied on, in words: attributions that do not add up to 1e-3, a
 * draw that moves one by over 0.01 (where there is no sum, by over a tenth of the strongest too), other seeds that explain otherwise, values
 * that do not matter to the model as it says, or a rule that is not precise enough. Empty for one that is.
 */
export function doubtsOf(
  { error, samplingError, quality, rule, attributions }: Judged,
  bounds: ReliabilityBounds = USUAL_BOUNDS,
): readonly string[] {
  const strongest = Array.from(attributions).reduce(
    (most, one) => Math.max(most, Math.abs(one)),
    0,
  );
  const share = error === null ? SAMPLING_SHARE * strongest : 0;
  const tolerance = Math.max(SAMPLING_TOLERANCE, share);
  const most = (name: string, value: number | null, bound: number) =>
    value !== null && value > bound ? [`${name} ${figure(value)} > ${bound}`] : [];
  return [
    ...most('additivity error', error, COMPLETENESS_TOLERANCE),
    ...most('sampling error', samplingError, Number(tolerance.toPrecision(3))),
    ...(quality ? doubtsOfQuality(quality, bounds) : []),
    ...(rule?.status === 'none' ? ['no rule is precise enough'] : []),
  ];
}

function doubtsOfQuality(
  { rankCorrelation, topJaccard, deletion, insertion }: ExplanationQuality,
  { minRankCorrelation, minTopJaccard, minFaithfulness }: ReliabilityBounds,
): string[] {
  const least = (name: string, value: number | null, bound: number) =>
    value !== null && value < bound ? [`${name} ${figure(value)} < ${bound}`] : [];
  const gain = deletion === null || insertion === null ? null : insertion - deletion;
  return [
    ...least('rank correlation over seeds', rankCorrelation, minRankCorrelation),
    ...least('top features in common over seeds', topJaccard, minTopJaccard),
    ...least('insertion minus deletion', gain, minFaithfulness),
  ];
}

const figure = (value: number): string => String(Number(value.toPrecision(3)));

/** As the step that explained it found; of earlier versions by its errors alone. */
export function isReliable(explained: Judged & Pick<RowExplanation, 'doubts'>): boolean {
  return (explained.doubts ?? doubtsOf(explained)).length === 0;
}
