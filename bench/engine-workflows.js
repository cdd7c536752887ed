/** What the engine is held against: the same work in bare Temporal code, as one would write it. */
import { proxyActivities } from '@temporalio/workflow';

export { runPipeline } from '../dist/workflows/index.js';

const { noop } = proxyActivities({ startToCloseTimeout: '1 minute' });

export async function bareChain(steps) {
  for (let step = 0; step < steps; step++) await noop({});
}

export async function bareFanOut(steps) {
  await Promise.all(Array.from({ length: steps }, () => noop({})));
}
