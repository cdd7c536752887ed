/** Retry, timeout and heartbeat of a step: its own, else the pipeline's, else these. */
import type { PipelineError } from '../errors.ts';
import type { Path, RetrySpec, Spec, StepSpec, Timing } from '../spec/spec.ts';
import { allSteps } from './all-steps.ts';
import { durationMs } from './duration.ts';
import type { PlanStep, RetryPolicy } from './plan.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const DEFAULT_TIMING = {
  retry: { attempts: 3, backoffMs: SECOND, maxIntervalMs: MINUTE, nonRetryable: [] },
  timeoutMs: HOUR,
  heartbeatMs: 10 * SECOND,
} as const satisfies Pick<PlanStep, 'retry' | 'timeoutMs' | 'heartbeatMs'>;

/** The spec must have no faults in its durations: see `checkTiming`. */
export function timingOf(
  { defaults }: Spec,
  step: StepSpec,
): Pick<PlanStep, 'retry' | 'timeoutMs' | 'heartbeatMs'> {
  return {
    retry: retryOf(step.retry, defaults.retry),
    timeoutMs: ms(step.timeout ?? defaults.timeout) ?? DEFAULT_TIMING.timeoutMs,
    heartbeatMs: ms(step.heartbeat ?? defaults.heartbeat) ?? DEFAULT_TIMING.heartbeatMs,
  };
}

const ms = (text: string | undefined): number | null =>
  text === undefined ? null : durationMs(text);

function retryOf(own: RetrySpec = {}, shared: RetrySpec = {}): RetryPolicy {
  const { retry: fallback } = DEFAULT_TIMING;
  const backoffMs = ms(own.backoff ?? shared.backoff) ?? fallback.backoffMs;
  const maxIntervalMs = ms(own.maxInterval ?? shared.maxInterval) ?? fallback.maxIntervalMs;
  return {
    attempts: own.attempts ?? shared.attempts ?? fallback.attempts,
    backoffMs,
    // A longer backoff was asked for, so it is never cut short by a default.
    maxIntervalMs: Math.max(maxIntervalMs, backoffMs),
    nonRetryable: [...(own.nonRetryable ?? shared.nonRetryable ?? fallback.nonRetryable)],
  };
}

/** @returns `SPEC_INVALID` for every duration that is 0, longer than ten years, or not one. */
export function checkTiming(spec: Spec): readonly PipelineError[] {
  return [
    ...check(spec, spec.defaults, ['defaults']),
    ...allSteps(spec).flatMap((step) => [...check(spec, step, step.at), ...checkDelay(spec, step)]),
  ];
}

function checkDelay(spec: Spec, { repeat, at }: StepSpec): readonly PipelineError[] {
  const text = repeat?.delay;
  if (text === undefined || !isDuration(text) || durationMs(text) !== null) return [];
  return [
    spec.errorOf({
      code: 'SPEC_INVALID',
      path: [...at, 'repeat', 'delay'],
      at: 'value',
      message: `\`repeat.delay\` must be at most ten years, not "${text}"`,
    }),
  ];
}

const isDuration = (text: string): boolean => /^[0-9]+(ms|s|m|h|d)$/.test(text);

function check(spec: Spec, timing: Timing, path: Path): readonly PipelineError[] {
  const durations: [Path, string | undefined][] = [
    [['timeout'], timing.timeout],
    [['heartbeat'], timing.heartbeat],
    [['retry', 'backoff'], timing.retry?.backoff],
    [['retry', 'maxInterval'], timing.retry?.maxInterval],
  ];
  return durations.flatMap(([place, text]) => {
    // What is no duration at all is told when the file is read.
    if (text === undefined || !isDuration(text)) return [];
    const length = durationMs(text);
    if (length !== null && length > 0) return [];
    return [
      spec.errorOf({
        code: 'SPEC_INVALID',
        path: [...path, ...place],
        at: 'value',
        message: `\`${place.join('.')}\` must be longer than nothing and at most ten years, not "${text}"`,
      }),
    ];
  });
}
