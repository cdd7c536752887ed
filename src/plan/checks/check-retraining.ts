/** Rules of `promote` after a `compare`: what was compared is what is promoted, to where it was. */
import type { Fault } from '../../spec/spec.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';

export const checkPromote: StepCheck = (step, stepOf) => [
  ...checkComparedWith(step),
  ...checkComparison(step, producer(step, 'comparison', stepOf)),
];

function checkComparedWith({ given }: CheckedStep): readonly Fault[] {
  if (given['comparedWith'] === undefined || given['comparison'] !== undefined) return [];
  const message = '`comparison` is missing: `comparedWith` belongs to it';
  const remedy = 'add `comparison`, or remove `comparedWith`';
  return [{ code: 'SPEC_MISSING_KEY', path: ['comparedWith'], at: 'key', message, remedy }];
}

function checkComparison(step: CheckedStep, compare: CheckedStep | undefined): readonly Fault[] {
  if (compare?.kind !== 'compare') return [];
  return [
    ...checkModel(step, compare),
    ...(['name', 'alias'] as const).flatMap((key) => checkTarget(step, compare, key)),
  ];
}

function checkModel(step: CheckedStep, compare: CheckedStep): readonly Fault[] {
  const [model, candidate] = [step.holes.get('/model'), compare.holes.get('/candidate')];
  if (!model || !candidate || JSON.stringify(model) === JSON.stringify(candidate)) return [];
  return [
    {
      code: 'SPEC_INVALID',
      path: ['model'],
      at: 'value',
      message: `step "${compare.id}" compares another model than this`,
      remedy: `promote the \`candidate\` of step "${compare.id}"`,
    },
  ];
}

function checkTarget(
  step: CheckedStep,
  compare: CheckedStep,
  key: 'name' | 'alias',
): readonly Fault[] {
  const [own, compared] = [literal(step, key), literal(compare, 'production', key)];
  if (own === undefined || compared === undefined || own === compared) return [];
  return [
    {
      code: 'SPEC_INVALID',
      path: [key],
      at: step.given[key] === undefined ? 'key' : 'value',
      message: `the ${key} is ${String(own)}, but step "${compare.id}" compares with ${String(compared)}`,
      remedy: 'use the same in both',
    },
  ];
}
