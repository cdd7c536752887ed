/**
 * How the workflow calls activities, with options from the plan.
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  scheduleActivity,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { ProbeInput, ProbeResult } from '../activities/cache/probe-cache.ts';
import type { StepInput, StepReceipt } from '../activities/step.ts';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import type { GroupRequest } from './concurrency-group.ts';
import { failureOf } from './failure-of.ts';
import type { KeptResult } from './kept-results.ts';
import type { Reuse } from './run-input.ts';
import type {
  DecisionRecord,
  EventCheck,
  EventCheckResult,
  PipelineSource,
  RunRecord,
  WrittenReport,
} from './run-state.ts';

/** A step that takes its worker down with it each time must come to an end. */
const MAX_ROUNDS = 20;

/**
 * Runs a step, with as many attempts as its policy says.
 *
 * A worker that was stopped or lost is no failure of the step: when the attempts of an activity
 * end with that, another activity goes on, and its attempts count on from there, so that a later
 * one still supersedes every earlier one.
 */
export function runStepActivity(step: PlanStep, input: StepInput, round = 0): Promise<StepReceipt> {
  const attemptsBefore = round * step.retry.attempts;
  return scheduleStep(step, round === 0 ? input : { ...input, attemptsBefore }).then(
    receiptOf,
    (error: unknown) => {
      if (round + 1 >= MAX_ROUNDS || !hasLostWorker(error, step)) throw error;
      return runStepActivity(step, input, round + 1);
    },
  );
}

/** Histories from before there were receipts hold the outputs alone; no kind of theirs had these. */
function receiptOf(result: JsonObject): StepReceipt {
  const { outputs, cached } = result;
  const isReceipt =
    isJsonObject(outputs) && cached !== undefined && Object.keys(result).length === 2;
  return isReceipt ? (result as unknown as StepReceipt) : { outputs: result, cached: null };
}

function hasLostWorker(error: unknown, { retry }: PlanStep): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  // The worker beats for its steps, so a missing heartbeat means that it is gone.
  const lost =
    cause instanceof TimeoutFailure
      ? cause.timeoutType === 'HEARTBEAT'
      : cause instanceof ApplicationFailure && cause.type === 'NO_WORKER';
  return lost && !retry.nonRetryable.includes(failureOf(error).code);
}

/** The activity's name is the step's kind, and its id the instance's: the history reads so. */
function scheduleStep(step: PlanStep, input: StepInput): Promise<JsonObject> {
  const { retry } = step;
  return scheduleActivity<JsonObject>(step.kind, [input], {
    activityId: input.step,
    summary: input.step,
    ...(step.runsOn === undefined ? {} : { taskQueue: step.runsOn }),
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

/** These take part in a run's own work and are cheap. */
const LIGHT_OPTIONS = {
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '1d',
  retry: { initialInterval: '500ms', maximumInterval: '1m' },
} as const;

export function checkEvent(check: EventCheck): Promise<EventCheckResult> {
  return scheduleActivity('check-event', [check], LIGHT_OPTIONS);
}

/** @throws ActivityFailure with the code of what is wrong with the pipeline or its parameters. */
export function compilePipeline(source: PipelineSource): Promise<Plan> {
  return scheduleActivity('compile-pipeline', [source], LIGHT_OPTIONS);
}

export function probeCache(input: ProbeInput): Promise<ProbeResult> {
  return scheduleActivity('probe-cache', [input], LIGHT_OPTIONS);
}

/** At least one of the steps at a time. @throws ActivityFailure where one cannot be taken over. */
export function reuseResults(reuse: Reuse): Promise<{ readonly results: readonly KeptResult[] }> {
  return scheduleActivity('reuse-results', [reuse], LIGHT_OPTIONS);
}

export function joinGroup(request: GroupRequest): Promise<void> {
  return scheduleActivity('join-group', [request], LIGHT_OPTIONS);
}

export function writeReport(
  record: RunRecord,
): Promise<Omit<WrittenReport, 'documents'> & Partial<WrittenReport>> {
  return scheduleActivity('write-report', [record], EVIDENCE_OPTIONS);
}
