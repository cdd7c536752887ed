/** The attempts of a step in virtual time: its timeout, and its policy of trying again. */
import { ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { type ErrorCode, isRetryable } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { PlanStep, RetryPolicy } from '../plan/plan.ts';

/** How one attempt ends where its time is not up before. */
export type AttemptResult = { readonly takesMs: number } & (
  { readonly outputs: JsonObject } | { readonly fails: ErrorCode; readonly message: string }
);

/**
 * Makes attempts until one succeeds or the policy says no more, as Temporal's server does.
 *
 * @param attempt  counts from 1
 * @throws ApplicationFailure, TimeoutFailure: of the last attempt
 */
export async function makeAttempts(
  { retry, timeoutMs }: Pick<PlanStep, 'retry' | 'timeoutMs'>,
  attempt: (number: number) => AttemptResult,
  sleep: (ms: number) => Promise<void>,
): Promise<JsonObject> {
  for (let number = 1; ; number += 1) {
    const result = attempt(number);
    const isInTime = result.takesMs <= timeoutMs;
    await sleep(Math.min(result.takesMs, timeoutMs));
    if (isInTime && 'outputs' in result) return result.outputs;
    const mayRetry = isInTime && 'fails' in result ? canRetry(result.fails, retry) : true;
    if (!mayRetry || number >= retry.attempts) {
      throw isInTime && 'fails' in result ? failed(result) : timedOut();
    }
    await sleep(delayAfter(number, retry));
  }
}

export const failed = ({ fails, message }: { fails: ErrorCode; message: string }) =>
  ApplicationFailure.nonRetryable(message, fails);

const timedOut = () =>
  new TimeoutFailure('activity StartToClose timeout', undefined, 'START_TO_CLOSE');

const canRetry = (code: ErrorCode, { nonRetryable }: RetryPolicy): boolean =>
  isRetryable(code) && !nonRetryable.includes(code);

/** Doubled with each attempt, up to the longest. */
export function delayAfter(
  attempt: number,
  { backoffMs, maxIntervalMs }: Pick<RetryPolicy, 'backoffMs' | 'maxIntervalMs'>,
): number {
  return Math.min(backoffMs * 2 ** (attempt - 1), Math.max(maxIntervalMs, backoffMs));
}
