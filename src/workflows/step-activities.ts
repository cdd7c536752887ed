/**
 * How the workflow calls activities: options from the plan, and failures turned into codes.
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  scheduleActivity,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { StepInput } from '../activities/step.ts';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { isPipelineError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { PlanStep } from '../plan/plan.ts';
import type { DecisionRecord, RunRecord, StepFailure } from './run-state.ts';

/** The activity's name is the step's kind, and its id the step's id: the history reads so. */
export function runStepActivity(step: PlanStep, input: StepInput): Promise<JsonObject> {
  const { retry } = step;
  return scheduleActivity<JsonObject>(step.kind, [input], {
    activityId: step.id,
    summary: step.id,
    startToCloseTimeout: step.timeoutMs,
    heartbeatTimeout: step.heartbeatMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      maximumAttempts: retry.attempts,
      initialInterval: retry.backoffMs,
      maximumInterval: Math.max(retry.maxIntervalMs, retry.backoffMs),
      backoffCoefficient: 2,
      nonRetryableErrorTypes: [...retry.nonRetryable],
    },
  });
}

/** Evidence must not be lost to a passing fault: tried for a day, every minute at the longest. */
const EVIDENCE_OPTIONS = {
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '1d',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
} as const;

export function recordDecisions(record: DecisionRecord): Promise<{ decisions: ArtifactRef }> {
  return scheduleActivity('record-decisions', [record], EVIDENCE_OPTIONS);
}

export function writeReport(
  record: RunRecord,
): Promise<{ manifest: ArtifactRef; report: ArtifactRef }> {
  return scheduleActivity('write-report', [record], EVIDENCE_OPTIONS);
}

/** The code and message of a failed step, out of the layers that Temporal wraps it in. */
export function failureOf(error: unknown): StepFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    return { code: cause.type ?? 'INTERNAL', message: cause.message };
  }
  if (cause instanceof TimeoutFailure) {
    return { code: 'TIMEOUT', message: `timed out (${cause.timeoutType}): ${cause.message}` };
  }
  if (isPipelineError(cause)) return { code: cause.code, message: cause.message };
  return { code: 'INTERNAL', message: cause instanceof Error ? cause.message : String(cause) };
}
