/** The activities of concurrency groups: asking a group for a turn, and finding runs that are gone. */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { GroupRequest, JoinRequest } from '../workflows/concurrency-group.ts';

/** Asks a group for a turn, and starts its workflow where there is none. Harmless when repeated. */
export async function joinGroup(
  client: Client,
  { group, workflowId, taskQueue, ...request }: GroupRequest,
): Promise<void> {
  await client.workflow.signalWithStart<() => Promise<void>, [JoinRequest]>('concurrencyGroup', {
    workflowId,
    taskQueue,
    signal: 'join',
    signalArgs: [request],
    // Runs of every build share a group, and a busy one never ends: it would keep an old build.
    versioningOverride: 'AUTO_UPGRADE',
    staticSummary: `concurrency group ${group}`,
  });
}

/** @returns those of the runs that have ended. */
export async function endedRuns(
  client: Client,
  { runs }: { readonly runs: readonly string[] },
): Promise<readonly string[]> {
  const ended: string[] = [];
  for (const run of runs) if (await hasEnded(client, run)) ended.push(run);
  return ended;
}

async function hasEnded(client: Client, run: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(run).describe();
    return status.name !== 'RUNNING' && status.name !== 'PAUSED';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}
