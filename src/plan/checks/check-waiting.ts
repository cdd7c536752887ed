/** Rules of `delay` and `wait-for-event`: times that there are, and that a timer can hold. */
import type { Fault } from '../../spec/spec.ts';
import { durationMs } from '../duration.ts';
import { type CheckedStep, literal } from './checked-step.ts';

export const checkDelay = (step: CheckedStep): readonly Fault[] => [
  ...checkDuration(step, 'for'),
  ...checkTime(step),
];

export const checkEvent = (step: CheckedStep): readonly Fault[] => checkDuration(step, 'timeout');

function checkDuration(step: CheckedStep, key: string): readonly Fault[] {
  const text = literal(step, key);
  if (typeof text !== 'string' || durationMs(text) !== null) return [];
  return [invalid(key, `\`${key}\` must be at most ten years, not "${text}"`)];
}

/** The schema knows how a time is written, not that February has no 30th. */
function checkTime(step: CheckedStep): readonly Fault[] {
  const text = literal(step, 'until');
  if (typeof text !== 'string' || isTime(text)) return [];
  return [invalid('until', `there is no time "${text}"`)];
}

function isTime(text: string): boolean {
  const [date = ''] = text.split('T');
  const midnight = new Date(`${date}T00:00:00Z`);
  // A day too many counts as the next month's.
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
  return isDay && !Number.isNaN(Date.parse(text));
}

const invalid = (key: string, message: string): Fault => ({
  ...{ code: 'SPEC_INVALID', path: [key], at: 'value', message },
});
