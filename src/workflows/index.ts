/** What the Temporal worker bundles: every workflow type by its exported name. */
export { runPipeline } from './run-pipeline.ts';
export { scheduledRun } from './scheduled-run.ts';
export { checkData } from './check-data.ts';
export { checkDrift } from './check-drift.ts';
export { probeChain } from './probe.ts';
export { concurrencyGroup } from './concurrency-group.ts';
