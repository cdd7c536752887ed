/** The activity `terminate-run`: ends a run at once, for schedules that say `terminate-other`. */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';

export async function terminateRun(client: Client, { run }: { readonly run: string }) {
  try {
    await client.workflow.getHandle(run).terminate('a newer run of its schedule was due');
  } catch (error) {
    // It ended by itself in the meantime.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
