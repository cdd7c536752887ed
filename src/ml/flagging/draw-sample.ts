import { PipelineError } from '../../errors.ts';
import { CounterRandom } from '../random.ts';

/** One of `rows` and `rate`. */
export interface SampleRule {
  readonly rows?: number;
  /** Share of all rows, rounded up. */
  readonly rate?: number;
  readonly seed: number;
}

/**
 * Rows drawn without replacement, each set of so many equally likely.
 *
 * @param total  rows to draw from; where there are fewer than asked for, all.
 * @returns indices, rising.
 * @throws PipelineError `SPEC_INVALID` for both `rows` and `rate`, or neither.
 */
export function drawSample(total: number, { rows, rate, seed }: SampleRule): number[] {
  if ((rows === undefined) === (rate === undefined)) {
    throw new PipelineError('SPEC_INVALID', 'flag.sample needs either `rows` or `rate`', {
      remedy: 'give one of them',
    });
  }
  const size = Math.min(total, rows ?? Math.ceil(total * (rate ?? 0)));
  const order = new CounterRandom({ seed, stream: 'review-sample' }).permutation(total);
  return [...order.slice(0, size)].sort((a, b) => a - b);
}
