/** Plans for tests of the engine, without a YAML file behind them. */
import { createHash } from 'node:crypto';
import type { Json } from '../../src/json.ts';
import { canonicalJson } from '../../src/json.ts';
import type { ForeachPlan, Plan, PlanStep, RepeatPlan, Template } from '../../src/plan/plan.ts';

export interface TestStep {
  readonly id: string;
  readonly kind?: string;
  readonly needs?: readonly string[];
  readonly with?: Template;
  readonly attempts?: number;
  readonly heartbeatMs?: number;
  readonly after?: readonly string[];
  readonly when?: string;
  readonly foreach?: ForeachPlan;
  readonly repeat?: RepeatPlan;
  readonly onFailure?: 'fail' | 'continue';
  readonly compensate?: TestStep;
}

export type PlanExtras = Partial<
  Pick<
    Plan,
    'concurrency' | 'secrets' | 'pipelines' | 'params' | 'outputs' | 'priority' | 'fairness'
  >
> & {
  readonly onFailure?: readonly TestStep[];
  readonly finally?: readonly TestStep[];
};

export function planOf(
  steps: readonly TestStep[],
  pipeline = 'test',
  { onFailure, finally: last, ...extras }: PlanExtras = {},
): Plan {
  const body = {
    version: 1 as const,
    pipeline,
    description: '',
    params: {},
    steps: steps.map(stepOf),
    outputs: {},
    ...extras,
    ...(onFailure ? { onFailure: onFailure.map(stepOf) } : {}),
    ...(last ? { finally: last.map(stepOf) } : {}),
  };
  const text = canonicalJson(body as unknown as Json);
  return { ...body, digest: createHash('sha256').update(text).digest('hex') };
}

function stepOf({ id, attempts = 1, compensate, ...step }: TestStep): PlanStep {
  return {
    kind: 'noop',
    with: { literal: {} },
    needs: [],
    timeoutMs: 60_000,
    heartbeatMs: 5_000,
    ...step,
    id,
    retry: { attempts, backoffMs: 10, maxIntervalMs: 100, nonRetryable: [] },
    ...(compensate ? { compensate: stepOf(compensate) } : {}),
  };
}
