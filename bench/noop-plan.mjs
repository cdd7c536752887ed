/** Plans of no-op steps, as the compiler would make them. */
import { createHash } from 'node:crypto';

/** @param steps  of a plan; what is left out does nothing and waits for nothing. */
export function planOf(pipeline, steps) {
  const body = {
    version: 1,
    pipeline,
    description: '',
    params: {},
    steps: steps.map((step) => ({
      kind: 'noop',
      with: { literal: {} },
      needs: [],
      retry: { attempts: 3, backoffMs: 1000, maxIntervalMs: 60_000, nonRetryable: [] },
      timeoutMs: 60_000,
      heartbeatMs: 30_000,
      ...step,
    })),
    outputs: {},
  };
  return { ...body, digest: createHash('sha256').update(JSON.stringify(body)).digest('hex') };
}

/** So many steps, each after the one before. */
export const chainOf = (pipeline, count) =>
  planOf(
    pipeline,
    Array.from({ length: count }, (_, index) => ({
      id: `s${index}`,
      needs: index > 0 ? [`s${index - 1}`] : [],
    })),
  );

/** So many steps that wait for nothing. */
export const fanOutOf = (pipeline, count) =>
  planOf(
    pipeline,
    Array.from({ length: count }, (_, index) => ({ id: `s${index}` })),
  );
