/** Rules of the step `drift`: what is compared with what, and which keys go together. */
import type { Fault } from '../../spec/spec.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';

export const checkDrift: StepCheck = (step, stepOf) => {
  const faults = checkKeys(step);
  if (faults.length > 0) return faults;
  return [
    ...checkShare(step, 'referencePart', producer(step, 'reference', stepOf)),
    ...checkShare(step, 'part', producer(step, 'current', stepOf)),
  ];
};

function checkKeys({ given }: CheckedStep): readonly Fault[] {
  const has = (key: string) => given[key] !== undefined;
  const faults: Fault[] = [];
  const refuse = (key: string, message: string, remedy: string) =>
    faults.push({ code: 'SPEC_INVALID', path: [key], at: 'key', message, remedy });
  const miss = (message: string, remedy: string) =>
    faults.push({ code: 'SPEC_MISSING_KEY', path: [], at: 'key', message, remedy });
  if (!has('reference') && !has('model')) {
    miss('`reference` or `model` is missing: what to compare with', 'add one of them');
  }
  if (!has('current') && !has('source')) {
    miss('`current` or `source` is missing: the new data', 'add one of them');
  }
  if (has('current') && has('source')) {
    refuse('source', '`source` stands beside `current`: both are the new data', 'give one of them');
  }
  if (has('source') && has('part')) {
    refuse('part', '`part` is of a data set, and `source` is a file', 'remove it');
  }
  if (given['predictions'] === true && !has('model')) {
    refuse('predictions', '`predictions` are those of a `model`, and there is none', 'add `model`');
  }
  if (has('model') && has('reference') && (given['predictions'] ?? false) === false) {
    const remedy = 'remove it, or set `predictions: true`';
    refuse('model', '`model` says nothing beside `reference`', remedy);
  }
  return faults;
}

function checkShare(step: CheckedStep, key: string, dataset?: CheckedStep): readonly Fault[] {
  const part = literal(step, key);
  if (dataset?.kind !== 'dataset' || typeof part !== 'string') return [];
  const byColumn = literal(dataset, 'split', 'column') !== undefined;
  if (byColumn || literal(dataset, 'split', part) !== 0) return [];
  return [
    {
      code: 'SPEC_INVALID',
      path: step.given[key] === undefined ? [] : [key],
      at: step.given[key] === undefined ? 'key' : 'value',
      message: `the part ${part} is empty: step "${dataset.id}" gives it no share`,
      remedy: `choose another \`${key}\`, or give \`split.${part}\` a share`,
    },
  ];
}
