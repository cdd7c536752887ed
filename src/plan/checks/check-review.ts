/** A review is of flagged rows, or of one question. */
import type { Fault } from '../../spec/spec.ts';
import type { CheckedStep } from './checked-step.ts';

const OF_ROWS = ['predictions', 'flagged', 'dataset'] as const;

export function checkReview({ given }: CheckedStep): readonly Fault[] {
  const asks = given['question'] !== undefined;
  if (!asks) {
    const missing = OF_ROWS.filter((key) => given[key] === undefined).map((key) => `\`${key}\``);
    if (missing.length === 0) return [];
    const message = `missing for a review of rows: ${missing.join(', ')}`;
    const remedy = 'add them, or a `question` instead of rows';
    return [{ code: 'SPEC_MISSING_KEY', path: [], at: 'key', message, remedy }];
  }
  return [...OF_ROWS, 'explanations', 'gallery']
    .filter((key) => given[key] !== undefined)
    .map((key): Fault => ({
      code: 'SPEC_INVALID',
      path: [key],
      at: 'key',
      message: `\`${key}\` is not for a question`,
      remedy: 'remove it, or `question`',
    }));
}
