/** Checks what the schema cannot say about `on`: crons, zones, durations, parameters. */
import { nearestOf } from '../did-you-mean.ts';
import type { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { DataTrigger, Fault, Path, ScheduleTrigger, Spec } from '../spec/spec.ts';
import { parseCron } from './cron.ts';
import { durationMs } from './duration.ts';
import { checkGivenParams } from './params.ts';

const SECOND = 1_000;

/** The shortest that Temporal keeps. */
export const LEAST_CATCH_UP_MS = 10 * SECOND;

type Params = Readonly<Record<string, Json>>;

/** @returns `SPEC_INVALID`, `SPEC_MISSING_KEY`, `PARAM_*`, each at its place under `on`. */
export function checkTriggers(spec: Spec): readonly PipelineError[] {
  const { push, schedules, data, drift } = spec.triggers;
  const faults = [
    ...(push ? checkParams(spec, push.params, ['on', 'push']) : []),
    ...schedules.flatMap((schedule, index) => {
      const path = ['on', 'schedule', index];
      return [...checkSchedule(schedule, path), ...checkParams(spec, schedule.params, path)];
    }),
    ...checkNames(schedules),
    ...(data ? checkLook(spec, data, ['on', 'data']) : []),
    ...(drift ? checkLook(spec, drift, ['on', 'drift']) : []),
  ];
  return faults.map((fault) => spec.errorOf(fault));
}

/** The parameters that triggers set: a pipeline must compile with each. */
export function triggerParams({ triggers }: Spec): readonly Params[] {
  const { push, schedules, data, drift } = triggers;
  return [push, ...schedules, data, drift].flatMap((trigger) =>
    trigger && Object.keys(trigger.params).length > 0 ? [trigger.params] : [],
  );
}

/** Of a trigger that looks at data every so often. */
function checkLook(
  spec: Spec,
  { every, params }: Pick<DataTrigger, 'every' | 'params'>,
  path: Path,
): readonly Fault[] {
  return [
    ...checkDuration(every, [...path, 'every'], INTERVAL),
    ...checkParams(spec, params, path),
  ];
}

function checkSchedule(schedule: ScheduleTrigger, path: Path): readonly Fault[] {
  const { cron, every, timeZone, jitter, catchUp } = schedule;
  return [
    ...checkWhen(schedule, path),
    ...(cron === undefined ? [] : checkCron(cron, [...path, 'cron'])),
    ...checkDuration(every, [...path, 'every'], INTERVAL),
    ...(timeZone === undefined ? [] : checkZone(timeZone, [...path, 'timeZone'])),
    ...checkDuration(jitter, [...path, 'jitter'], JITTER),
    ...checkDuration(catchUp, [...path, 'catchUp'], CATCH_UP),
  ];
}

function checkWhen({ cron, every, timeZone }: ScheduleTrigger, path: Path): readonly Fault[] {
  if (cron === undefined && every === undefined) {
    return [
      {
        code: 'SPEC_MISSING_KEY',
        path,
        at: 'key',
        message: 'the schedule says no times',
        remedy: 'add `cron` or `every`',
      },
    ];
  }
  if (every === undefined) return [];
  const odd = [cron === undefined ? [] : ['cron'], timeZone === undefined ? [] : ['timeZone']];
  return odd.flat().map((key): Fault => ({
    code: 'SPEC_INVALID',
    path: [...path, key],
    at: 'key',
    message: `\`${key}\` says nothing beside \`every\``,
    remedy: 'keep one of them',
  }));
}

const invalid = (path: Path, message: string, remedy: string): Fault => ({
  code: 'SPEC_INVALID',
  path,
  at: 'value',
  message,
  remedy,
});

function checkCron(text: string, path: Path): readonly Fault[] {
  const found = parseCron(text);
  return 'message' in found ? [invalid(path, found.message, found.remedy)] : [];
}

/** Names are exact: the server looks them up in files. */
function checkZone(zone: string, path: Path): readonly Fault[] {
  const known = Intl.supportedValuesOf('timeZone');
  const other = known.find((name) => name.toLowerCase() === zone.toLowerCase());
  if (other === zone || (other === undefined && isZone(zone))) return [];
  const near = other ?? nearestOf(zone, known);
  const remedy = near ? `did you mean "${near}"?` : 'such as Europe/Berlin or UTC';
  return [invalid(path, `"${zone.slice(0, 80)}" is not a time zone`, remedy)];
}

function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

interface DurationRule {
  readonly isGood: (ms: number) => boolean;
  readonly says: string;
}

const INTERVAL: DurationRule = {
  isGood: (ms) => ms >= SECOND && ms % SECOND === 0,
  says: 'whole seconds, at least 1s',
};
const JITTER: DurationRule = { isGood: () => true, says: 'at most ten years' };
const CATCH_UP: DurationRule = {
  isGood: (ms) => ms >= LEAST_CATCH_UP_MS,
  says: 'at least 10s',
};

function checkDuration(
  text: string | undefined,
  path: Path,
  { isGood, says }: DurationRule,
): readonly Fault[] {
  // What is no duration at all is told when the file is read.
  if (text === undefined || !/^[0-9]+(ms|s|m|h|d)$/.test(text)) return [];
  const ms = durationMs(text);
  if (ms !== null && isGood(ms)) return [];
  const message = `\`${String(path.at(-1))}\` must be ${says}, not "${text}"`;
  return [invalid(path, message, 'write a whole number and s, m, h or d; ten years at most')];
}

function checkParams(spec: Spec, params: Params, path: Path): readonly Fault[] {
  return checkGivenParams(spec, params).map(({ name, ...fault }): Fault =>
    fault.code === 'PARAM_MISSING'
      ? { ...fault, path, at: 'key', remedy: `give it in \`params\` here, or declare a default` }
      : {
          ...fault,
          path: [...path, 'params', name],
          at: fault.code === 'PARAM_UNKNOWN' ? 'key' : 'value',
        },
  );
}

/** Two schedules with one name would be one schedule. */
function checkNames(schedules: readonly ScheduleTrigger[]): readonly Fault[] {
  return schedules.flatMap(({ key }, index): readonly Fault[] => {
    const path = ['on', 'schedule', index, 'name'];
    if (key === 'data' || key === 'drift') {
      return [invalid(path, `"${key}" is the name of the ${key} trigger`, 'use another name')];
    }
    const isTaken = schedules.slice(0, index).some((earlier) => earlier.key === key);
    return isTaken ? [invalid(path, `two schedules are named "${key}"`, 'use another name')] : [];
  });
}
