/** Rules of `multi-task`: one start for the shared layers, and a balance that says what it means. */
import type { Fault } from '../../spec/spec.ts';
import { mapOf } from '../../spec/take-values.ts';
import { type CheckedStep, literal } from './checked-step.ts';

export const checkMultiTask = (step: CheckedStep): readonly Fault[] => [
  ...checkStart(step),
  ...checkTemperature(step),
];

function checkStart({ given }: CheckedStep): readonly Fault[] {
  const [drawn, base] = [given['architecture'], given['base']].map((value) => value !== undefined);
  if (drawn !== base) return [];
  if (base) {
    const message = '`architecture` says nothing beside `base`, whose layers are shared';
    const remedy = 'remove it, or `base`';
    return [{ code: 'SPEC_INVALID', path: ['architecture'], at: 'key', message, remedy }];
  }
  const message = '`architecture` or `base` is missing: one of them has the layers that are shared';
  const remedy = 'add the key `architecture` or `base`';
  return [{ code: 'SPEC_MISSING_KEY', path: [], at: 'key', message, remedy }];
}

function checkTemperature(step: CheckedStep): readonly Fault[] {
  const isGiven = mapOf(step.given['balance'])['temperature'] !== undefined;
  if (!isGiven || literal(step, 'balance', 'type') !== 'fixed') return [];
  const message = '`temperature` is for the type dynamic, and this is fixed';
  const remedy = 'remove it, or set `type: dynamic`';
  return [{ code: 'SPEC_INVALID', path: ['balance', 'temperature'], at: 'key', message, remedy }];
}
