/** A chain of empty activities: how `doctor` and the benchmarks time a server. */
import { scheduleActivity } from '@temporalio/workflow';

/** @returns milliseconds that `steps` activities took one after the other. */
export async function probeChain(steps: number): Promise<number> {
  const startedAtMs = Date.now();
  for (let step = 0; step < steps; step++) {
    await scheduleActivity('probe', [], { startToCloseTimeout: '10s' });
  }
  return Date.now() - startedAtMs;
}
