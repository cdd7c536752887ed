/**
 * Performs one step of a plan: whether it runs at all, over which items, how often, and by what.
 *
 *   when → foreach (items side by side) → repeat (one after the other) → one instance
 *
 * An instance is an activity, unless its kind is performed here. What it has come to is in
 * `StepsProgress`, so that a new execution of the run goes on where this one ended.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { RunIdentity, StepInput } from '../activities/step.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { parseDuration } from '../plan/duration.ts';
import { evaluate } from '../plan/evaluate.ts';
import { itemsOf } from '../plan/foreach-items.ts';
import type { ForeachPlan, Plan, PlanStep, RepeatPlan } from '../plan/plan.ts';
import { type OutputsByStep, runFacts, type Surroundings } from '../plan/scope.ts';
import { secretPlaces } from '../plan/secret-marker.ts';
import { resolveTemplate } from '../plan/template.ts';
import { type EventDesk, eventDeadline } from './event-desk.ts';
import { failureOf, isCancellation } from './failure-of.ts';
import { type ForeachProgress, foreachOutputs, type ItemResult } from './foreach.ts';
import type { ReviewDesk } from './review-desk.ts';
import type { RunHost } from './run-host.ts';
import type { ResultSource } from './run-input.ts';
import type { Spent } from './run-spending.ts';
import type { StepsProgress } from './step-progress.ts';
import type { SubPipelines } from './sub-pipelines.ts';

/** What the run that a step belongs to lends it. */
export interface RunContext {
  readonly plan: Plan;
  readonly run: RunIdentity;
  readonly startedAtMs: number;
  readonly host: RunHost;
  readonly desk: ReviewDesk;
  readonly events: EventDesk;
  readonly pipelines: SubPipelines;
  readonly progress: StepsProgress;
  outputs(): OutputsByStep;
  /** By step: `{outputs, state, error}`, as they are when they are looked at. */
  readonly steps: JsonObject;
  /** The first failure, for steps that run because of it. */
  failure(): JsonObject;
  /** The step does nothing now but wait. */
  waiting(step: string): void;
  /** The step did not run after all: its outputs were kept. */
  taken(step: PlanStep, from: ResultSource): void;
  /** What becomes of kept results in this run. */
  readonly cache: StepInput['cache'];
  spent(): Spent;
}

type Local = JsonObject;

/** @returns the outputs of the step, or `null` where its `when` is false. */
export async function performStep(step: PlanStep, context: RunContext): Promise<JsonObject | null> {
  if (step.when !== undefined && !isTrue(step.when, 'when', {}, context)) return null;
  if (step.foreach) return performItems(step, step.foreach, context);
  return performRepeats(step, step.id, {}, context);
}

export const surroundingsOf = (local: Local, context: RunContext): Surroundings => {
  const { plan, run, startedAtMs } = context;
  return {
    params: plan.params,
    run: runFacts(run, startedAtMs),
    steps: context.steps,
    local: { failure: context.failure(), ...local },
    secrets: plan.secrets ?? {},
  };
};

function isTrue(expression: string, key: string, local: Local, context: RunContext): boolean {
  const value = evaluate(expression, surroundingsOf(local, context));
  if (typeof value === 'boolean') return value;
  const message = `\`${key}\` gave ${JSON.stringify(value).slice(0, 80)}, not true or false`;
  throw ApplicationFailure.nonRetryable(message, 'EXPRESSION_INVALID');
}

async function performItems(
  step: PlanStep,
  foreach: ForeachPlan,
  context: RunContext,
): Promise<JsonObject> {
  const progress = (context.progress.foreach[step.id] ??= {
    items: itemsOf(foreach, context.outputs(), surroundingsOf({}, context)),
    results: [],
  });
  const queue = progress.items.keys();
  let hasStopped = false;
  const work = async (): Promise<void> => {
    for (const index of queue) {
      if (hasStopped) return;
      if (progress.results[index]) continue;
      const result = await performItem(step, index, progress, context);
      progress.results[index] = result;
      if (result.state === 'failed' && foreach.onItemFailure === 'stop') hasStopped = true;
    }
  };
  // Items that a new execution takes over were at work before others are begun.
  hasStopped = foreach.onItemFailure === 'stop' && progress.results.some(isFailed);
  const workers = Array.from({ length: Math.min(foreach.parallel, progress.items.length) }, work);
  await Promise.all(workers);
  const outputs = foreachOutputs(progress, foreach.onItemFailure);
  delete context.progress.foreach[step.id];
  return outputs;
}

const isFailed = (result: ItemResult | null): boolean => result?.state === 'failed';

/** @throws only a cancellation */
async function performItem(
  step: PlanStep,
  index: number,
  { items }: ForeachProgress,
  context: RunContext,
): Promise<ItemResult> {
  const local = { item: items[index] ?? null, index };
  try {
    const outputs = await performRepeats(step, `${step.id}.${index}`, local, context);
    return { state: 'succeeded', outputs };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { state: 'failed', error: failureOf(error) };
  }
}

function performRepeats(
  step: PlanStep,
  instance: string,
  local: Local,
  context: RunContext,
): Promise<JsonObject> {
  return step.repeat
    ? repeatUntil(step, step.repeat, { instance, local, context })
    : performOnce(step, instance, local, context);
}

async function repeatUntil(
  step: PlanStep,
  repeat: RepeatPlan,
  { instance, local, context }: { instance: string; local: Local; context: RunContext },
): Promise<JsonObject> {
  const { progress, host } = context;
  for (;;) {
    const {
      iterations = 0,
      outputs: previous = {},
      nextAtMs = 0,
    } = progress.repeat[instance] ?? {};
    if (nextAtMs > host.now()) await host.sleep(nextAtMs - host.now());
    const iteration = iterations + 1;
    const name = iteration === 1 ? instance : `${instance}.r${iteration}`;
    const outputs = await performOnce(step, name, { ...local, iteration, previous }, context);
    const isDone = isTrue(repeat.until, 'until', { ...local, iteration, outputs }, context);
    if (isDone || iteration >= repeat.max) {
      delete progress.repeat[instance];
      if (!isDone) failAtMax(repeat);
      return outputs;
    }
    progress.repeat[instance] = {
      iterations: iteration,
      outputs,
      nextAtMs: host.now() + repeat.delayMs,
    };
  }
}

function failAtMax({ max, onMax }: RepeatPlan): void {
  if (onMax === 'continue') return;
  const message = `\`until\` did not hold in ${max} iterations`;
  throw ApplicationFailure.nonRetryable(message, 'REPEAT_EXHAUSTED');
}

function performOnce(
  step: PlanStep,
  instance: string,
  local: Local,
  context: RunContext,
): Promise<JsonObject> {
  const input = resolveTemplate(step.with, context.outputs(), surroundingsOf(local, context));
  if (!isJsonObject(input)) throw new TypeError(`step ${step.id}: \`with\` is not a map`);
  context.host.began(instance, input);
  switch (step.kind) {
    case 'values':
      return Promise.resolve(input);
    case 'delay':
      return delay(step, instance, input, context);
    case 'wait-for-event':
      return waitForEvent(step, instance, input, context);
    case 'pipeline':
      return context.host.operations.perform(() =>
        context.pipelines.perform(step, instance, input),
      );
    case 'human-review':
      return review(step, instance, input, context);
    default:
      return act(step, instance, input, context);
  }
}

function act(
  step: PlanStep,
  instance: string,
  input: JsonObject,
  context: RunContext,
): Promise<JsonObject> {
  const { host, cache } = context;
  const stepInput: StepInput = {
    ...inputOf(step, instance, input, context),
    cache: step.cache === false ? false : cache,
    wantsReceipt: true,
    ...(step.kind === 'gate' ? { spent: context.spent() } : {}),
  };
  return host.operations
    .perform(() => host.runStep(step, stepInput))
    .then(({ outputs, cached }) => {
      // Of many items some may have run: the step as a whole did.
      if (cached && !step.foreach && !step.repeat) {
        context.taken(step, { run: cached.run, step: cached.step });
      }
      return outputs;
    });
}

function inputOf(
  step: PlanStep,
  instance: string,
  input: JsonObject,
  { run }: RunContext,
): StepInput {
  const secretsAt = secretPlaces(step.with);
  return {
    run,
    step: instance,
    kind: step.kind,
    with: input,
    ...(secretsAt.length === 0 ? {} : { secretsAt }),
  };
}

async function review(
  step: PlanStep,
  instance: string,
  input: JsonObject,
  context: RunContext,
): Promise<JsonObject> {
  const { desk, host } = context;
  const onWaiting = () => context.waiting(step.id);
  // A new execution finds the gate open already.
  if (!desk.has(instance)) {
    const opening = await host.operations.perform(() =>
      host.runStep(step, inputOf(step, instance, input, context)),
    );
    desk.open(instance, input, opening.outputs);
  }
  await desk.decided(instance, onWaiting);
  return host.operations.perform(() => desk.conclude(instance, input));
}

/** @returns `until`: when it was meant to end, for clocks of machines differ. */
async function delay(
  step: PlanStep,
  instance: string,
  input: JsonObject,
  context: RunContext,
): Promise<JsonObject> {
  const { host, progress } = context;
  const { until } = progress;
  const startedAtMs = host.now();
  const untilMs = (until[instance] ??= delayEnd(input, startedAtMs));
  context.waiting(step.id);
  if (untilMs > startedAtMs) await host.sleep(untilMs - startedAtMs);
  delete until[instance];
  return { until: new Date(untilMs).toISOString() };
}

function delayEnd({ for: length, until }: JsonObject, nowMs: number): number {
  if (typeof length === 'string') return nowMs + parseDuration(length);
  const endMs = typeof until === 'string' ? Date.parse(until) : NaN;
  if (Number.isFinite(endMs)) return endMs;
  const message =
    '`delay` needs `for`, such as 10m, or `until`, a time such as 2026-12-01T08:00:00Z';
  throw ApplicationFailure.nonRetryable(message, 'SPEC_INVALID');
}

async function waitForEvent(
  step: PlanStep,
  instance: string,
  input: JsonObject,
  context: RunContext,
): Promise<JsonObject> {
  const { until } = context.progress;
  const untilMs = (until[instance] ??= eventDeadline(input, context.host.now()));
  context.waiting(step.id);
  const outputs = await context.events.hold(input, untilMs);
  delete until[instance];
  return outputs;
}
