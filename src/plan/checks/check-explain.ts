/** Rules of `explain`: gradients need values that lie between others. */
import { literal, producer, type StepCheck } from './checked-step.ts';
import { inputsOfDataset } from './dataset-inputs.ts';

export const checkExplain: StepCheck = (step, stepOf) => {
  if (literal(step, 'method') !== 'integrated-gradients') return [];
  const dataset = producer(step, 'dataset', stepOf);
  const inputs = dataset ? inputsOfDataset(dataset) : null;
  const text = inputs?.find(({ vocabulary }) => vocabulary !== undefined);
  if (!text) return [];
  return [
    {
      code: 'SPEC_INVALID',
      path: ['method'],
      at: 'value',
      message: `the input "${text.name}" is text, and integrated-gradients needs values between two words`,
      remedy: 'use the method kernel-shap',
    },
  ];
};
