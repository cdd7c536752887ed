import { PipelineError } from '../../../errors.ts';
import type { OutputMeaning } from '../finish-output.ts';
import type { RawAnswer } from './to-probabilities.ts';

/** Of shares and of their sum; half precision keeps three digits. */
const TOLERANCE = 5e-3;

/** @throws PipelineError `SPEC_INVALID`, `MODEL_INVALID` for a value that is not finite. */
export function requireMeaning({ values, rows }: RawAnswer, output: OutputMeaning): void {
  const outputs = values.length / rows;
  const broken = values.find((value) => !Number.isFinite(value));
  if (broken !== undefined) {
    const message = `import: the model gives ${broken} for a row that it should know`;
    throw new PipelineError('MODEL_INVALID', message, {
      remedy: 'scale the data as the model was trained on it',
    });
  }
  const isShare = (value: number) => value >= -TOLERANCE && value <= 1 + TOLERANCE;
  const sums = Array.from({ length: rows }, (_, row) =>
    values.subarray(row * outputs, (row + 1) * outputs).reduce((sum, value) => sum + value, 0),
  );
  const sumsToOne = outputs === 1 || sums.every((sum) => Math.abs(sum - 1) <= TOLERANCE);
  const areShares = values.every(isShare) && sumsToOne;
  if (output === 'probabilities' && !areShares) {
    const shown = Array.from(values.subarray(0, outputs), (value) => value.toPrecision(3));
    throw new PipelineError(
      'SPEC_INVALID',
      `import: the model gives [${shown.join(', ')}], which are no probabilities`,
      { remedy: 'set `output: logits` if softmax of it gives the classes’ probabilities' },
    );
  }
  // One output may lie between 0 and 1 by chance.
  if (output === 'probabilities' || !areShares || outputs === 1) return;
  throw new PipelineError(
    'SPEC_INVALID',
    'import: `output` says logits, but every answer of the model is made of shares that sum to 1',
    { remedy: 'set `output: probabilities`' },
  );
}
