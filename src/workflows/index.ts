/** What the Temporal worker bundles: every workflow type by its exported name. */
export { runPipeline } from './run-pipeline.ts';
export { probeChain } from './probe.ts';
