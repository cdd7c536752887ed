/** The live progress of running steps, from the heartbeats that the server keeps. */
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Json } from '../json.ts';

export interface PendingStep {
  readonly id: string;
  readonly attempt: number;
  /** The details of its last heartbeat, or `null`. */
  readonly progress: Json;
  /** Why the attempt before failed, or `null`. */
  readonly lastFailure: string | null;
}

export async function pendingSteps(client: Client, runId: string): Promise<PendingStep[]> {
  const { raw } = await client.workflow.getHandle(runId).describe();
  const { loadedDataConverter } = client.options;
  return Promise.all(
    (raw.pendingActivities ?? []).map(async (pending) => {
      const [progress] = await decodeArrayFromPayloads(
        loadedDataConverter,
        pending.heartbeatDetails?.payloads,
      );
      return {
        id: pending.activityId ?? '',
        attempt: pending.attempt ?? 1,
        progress: (progress ?? null) as Json,
        lastFailure: pending.lastFailure?.message ?? null,
      };
    }),
  );
}
