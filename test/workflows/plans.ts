/** Plans for tests of the engine, without a YAML file behind them. */
import { createHash } from 'node:crypto';
import type { Json } from '../../src/json.ts';
import { canonicalJson } from '../../src/json.ts';
import type { Plan, PlanStep, Template } from '../../src/plan/plan.ts';

export interface TestStep {
  readonly id: string;
  readonly kind?: string;
  readonly needs?: readonly string[];
  readonly with?: Template;
  readonly attempts?: number;
  readonly heartbeatMs?: number;
}

export function planOf(steps: readonly TestStep[], pipeline = 'test'): Plan {
  const body = {
    version: 1 as const,
    pipeline,
    description: '',
    params: {},
    steps: steps.map((step): PlanStep => ({
      id: step.id,
      kind: step.kind ?? 'noop',
      with: step.with ?? { literal: {} },
      needs: step.needs ?? [],
      retry: {
        attempts: step.attempts ?? 1,
        backoffMs: 10,
        maxIntervalMs: 100,
        nonRetryable: [],
      },
      timeoutMs: 60_000,
      heartbeatMs: step.heartbeatMs ?? 5_000,
    })),
    outputs: {},
  };
  const text = canonicalJson(body as unknown as Json);
  return { ...body, digest: createHash('sha256').update(text).digest('hex') };
}
