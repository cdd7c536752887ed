/** What every run may ask of a worker besides its steps and their evidence: nothing of it is stored. */
import { getClient } from '@temporalio/activity';
import { checkEvent } from '../activities/check-event.ts';
import { compilePipeline } from '../activities/compile-pipeline.ts';
import { endedRuns, joinGroup } from '../activities/concurrency.ts';
import { asActivity } from '../temporal/activity-adapter.ts';
import type { GroupRequest } from '../workflows/concurrency-group.ts';
import type { PipelineSource } from '../workflows/run-state.ts';

/** By the names that the workflow calls them by. */
export const ENGINE_ACTIVITIES = {
  'compile-pipeline': asActivity((source: PipelineSource) =>
    Promise.resolve(compilePipeline(source)),
  ),
  'check-event': asActivity(checkEvent),
  'join-group': asActivity((request: GroupRequest) => joinGroup(getClient(), request)),
  'ended-runs': asActivity((request: { readonly runs: readonly string[] }) =>
    endedRuns(getClient(), request),
  ),
} as const;
