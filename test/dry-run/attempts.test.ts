import { type AttemptResult, makeAttempts } from '../../src/dry-run/attempts.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { failureOf } from '../../src/workflows/failure-of.ts';

const policy = { attempts: 5, backoffMs: 100, maxIntervalMs: 350, nonRetryable: [] as string[] };

async function attempts(
  results: readonly AttemptResult[],
  { nonRetryable = [], timeoutMs = 1_000 }: { nonRetryable?: string[]; timeoutMs?: number } = {},
) {
  const slept: number[] = [];
  let made = 0;
  const end = await makeAttempts(
    { retry: { ...policy, nonRetryable }, timeoutMs },
    (number) => {
      made = number;
      return results[number - 1] ?? { takesMs: 1, outputs: { number } };
    },
    (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
  ).catch((error: unknown) => failureOf(error));
  return { end, made, slept };
}

const fails = (code: ErrorCode, takesMs = 10): AttemptResult => ({
  ...{ takesMs, fails: code },
  message: 'no',
});

describe('attempts', () => {
  it('wait twice as long after each failure, up to the longest', async () => {
    const crash = fails('COMPUTE_CRASHED');
    const { end, slept } = await attempts([crash, crash, crash, crash]);
    expect(end).toEqual({ number: 5 });
    expect(slept).toEqual([10, 100, 10, 200, 10, 350, 10, 350, 1]);
  });

  it('end with the failure of the last', async () => {
    const { end, made } = await attempts(Array.from({ length: 9 }, () => fails('DISK_FULL')));
    expect(end).toEqual({ code: 'DISK_FULL', message: 'no' });
    expect(made).toBe(5);
  });

  it('end at once where trying again cannot help, or the step says so', async () => {
    expect((await attempts([fails('DATA_INVALID')])).made).toBe(1);
    expect((await attempts([fails('DISK_FULL')])).made).toBe(2);
    expect((await attempts([fails('DISK_FULL')], { nonRetryable: ['DISK_FULL'] })).made).toBe(1);
  });

  it('take no longer than the timeout, and try again after it', async () => {
    const slow = { takesMs: 5_000, outputs: {} };
    const { end, slept } = await attempts([slow], { timeoutMs: 1_000 });
    expect(end).toEqual({ number: 2 });
    expect(slept).toEqual([1_000, 100, 1]);
    const never = await attempts(Array.from({ length: 5 }, () => slow));
    expect(never.end).toMatchObject({ code: 'TIMEOUT' });
  });
});
