import type { RowExplanation } from '../model.ts';
import { COMPLETENESS_TOLERANCE } from './integrated-gradients.ts';

/** One point of a probability: less than a reader of the bars would act upon. */
const SAMPLING_TOLERANCE = 0.01;

/** Whether the attributions add up to 1e-3, and the draw of coalitions moves none by over 0.01. */
export function isReliable({
  error,
  samplingError,
}: Pick<RowExplanation, 'error' | 'samplingError'>): boolean {
  return (error ?? 0) <= COMPLETENESS_TOLERANCE && (samplingError ?? 0) <= SAMPLING_TOLERANCE;
}
