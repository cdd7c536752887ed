/** What steps can do where the target of the data is a text, and what only there. */
import type { Fault, Path } from '../../spec/spec.ts';
import { mapOf } from '../../spec/take-values.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';
import { textTargetOf } from './dataset-inputs.ts';

/** Kinds that work with probabilities of classes alone. */
const OF_CLASSES: readonly string[] = [
  'explain',
  'fuse',
  'calibrate',
  'conformal',
  'transfer',
  'compare',
  'human-review',
  'visualize',
];

const CHECKS_OF_CLASSES: readonly string[] = [
  ...['recallPerClass', 'balancedAccuracy', 'precision', 'recall', 'f1', 'mcc', 'kappa'],
  ...['rocAuc', 'prAuc', 'logLoss', 'brier', 'noise', 'adversarial', 'membership'],
  ...['leakedRows', 'targetLeak', 'repeatability', 'churn'],
  ...['demographicParity', 'equalisedOdds', 'disparateImpact'],
  ...['sliceAccuracy', 'weakSegments', 'notWorseThanProduction'],
];

/** Keys of other kinds that are of classes. */
const KEYS_OF_CLASSES: Readonly<Record<string, readonly Path[]>> = {
  train: [['classWeights']],
  predict: [['flag']],
  audit: [
    ['groups'],
    ['slices'],
    ['weakSegments'],
    ['production'],
    ['behaviour'],
    ['adversarial'],
    ['membership'],
    ['leakage'],
    ['stochasticity'],
    ...CHECKS_OF_CLASSES.map((bound) => ['checks', bound]),
  ],
};

const KEYS_OF_TEXTS: readonly Path[] = [['decoding'], ['checks', 'bleu']];

export const checkTextTarget: StepCheck = (step, stepOf) => {
  const dataset = producer(step, 'dataset', stepOf);
  if (dataset?.kind !== 'dataset') return [];
  if (textTargetOf(dataset)) {
    return OF_CLASSES.includes(step.kind) ? [noSuchKind(step, dataset)] : strays(step, dataset);
  }
  if (typeof literal(dataset, 'target') !== 'string') return [];
  return KEYS_OF_TEXTS.filter((path) => isGiven(step, path)).map((path): Fault => ({
    code: 'SPEC_INVALID',
    path,
    at: 'key',
    message: `\`${path.join('.')}\` is for a target that is a text: that of step "${dataset.id}" is a class`,
    remedy: 'remove it',
  }));
};

function noSuchKind({ kind }: CheckedStep, { id }: CheckedStep): Fault {
  return {
    code: 'SPEC_UNSUPPORTED',
    path: ['dataset'],
    at: 'value',
    message: `${kind} works with classes, and the target of step "${id}" is a text`,
    remedy: 'use `predict` and `audit` with models that write a text',
  };
}

function strays(step: CheckedStep, { id }: CheckedStep): readonly Fault[] {
  return (KEYS_OF_CLASSES[step.kind] ?? [])
    .filter((path) => isGiven(step, path))
    .map((path): Fault => ({
      code: 'SPEC_UNSUPPORTED',
      path,
      at: 'key',
      message: `\`${path.join('.')}\` is of classes, and the target of step "${id}" is a text`,
      remedy: 'remove it',
    }));
}

function isGiven({ given }: CheckedStep, [first = '', second]: Path): boolean {
  const value = given[first];
  return second === undefined ? value !== undefined : mapOf(value)[second] !== undefined;
}
