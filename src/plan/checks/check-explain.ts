/** Rules of `explain`: which methods explain which data, and which can stop by themselves. */
import type { Fault } from '../../spec/spec.ts';
import { literal, producer, type CheckedStep, type StepCheck } from './checked-step.ts';
import { inputsOfDataset } from './dataset-inputs.ts';

const ADAPTIVE = ['kernel-shap', 'permutation-shap', 'lime'];

export const checkExplain: StepCheck = (step, stepOf) => {
  const dataset = producer(step, 'dataset', stepOf);
  const inputs = dataset ? inputsOfDataset(dataset) : null;
  const method = literal(step, 'method');
  return [
    ...(inputs && method === 'integrated-gradients' ? faultsOfGradients(inputs) : []),
    ...(inputs && method === 'lime' ? faultsOfLime(inputs) : []),
    ...faultsOfAdaptive(step),
  ];
};

type Inputs = NonNullable<ReturnType<typeof inputsOfDataset>>;

const faultOfMethod = (message: string, remedy: string): Fault => ({
  ...{ code: 'SPEC_INVALID', path: ['method'], at: 'value', message, remedy },
});

/** Gradients need values that lie between others. */
function faultsOfGradients(inputs: Inputs): readonly Fault[] {
  const text = inputs.find(({ vocabulary }) => vocabulary !== undefined);
  if (!text) return [];
  return [
    faultOfMethod(
      `the input "${text.name}" is text, and integrated-gradients needs values between two words`,
      'use the method kernel-shap',
    ),
  ];
}

/** Words, superpixels and bins are perturbed in ways of their own, which have no common distance. */
function faultsOfLime(inputs: Inputs): readonly Fault[] {
  const isText = ({ vocabulary }: Inputs[number]) => vocabulary !== undefined;
  const isPicture = ({ shape, vocabulary }: Inputs[number]) =>
    vocabulary === undefined && shape.length === 3;
  const own = inputs.find((input) => isText(input) || isPicture(input));
  const other = inputs.find((input) => input !== own && !(isText(input) && own && isText(own)));
  if (!own || !other) return [];
  return [
    faultOfMethod(
      `lime is of tables, of texts or of one picture, and the inputs "${own.name}" and "${other.name}" are not of one kind`,
      'use the method kernel-shap or permutation-shap',
    ),
  ];
}

function faultsOfAdaptive(step: CheckedStep): readonly Fault[] {
  if (step.given['adaptive'] === undefined) return [];
  const method = literal(step, 'method');
  if (typeof method === 'string' && !ADAPTIVE.includes(method)) {
    return [
      faultOfMethod(
        `${method} does not stop by itself; "adaptive" is for ${ADAPTIVE.join(', ')}`,
        'name one of these methods, or leave `adaptive` out',
      ),
    ];
  }
  if (step.given['samples'] === undefined) return [];
  return [
    {
      ...{ code: 'SPEC_INVALID', path: ['samples'], at: 'key' },
      message: '"samples" says how many, and "adaptive" until when',
      remedy: 'leave one of them out; the bound of `adaptive` is its `maxSamples`',
    },
  ];
}
