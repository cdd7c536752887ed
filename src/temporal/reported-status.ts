/** The last status of a run out of its history: what its report was written from. */
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { RunRecord, RunStatus } from '../workflows/run-state.ts';

/** @returns `null` where the run ended before it wrote a report, as a terminated one does. */
export async function reportedStatus(client: Client, id: string): Promise<RunStatus | null> {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  const converter = client.options.loadedDataConverter;
  const scheduled = events?.find(
    ({ activityTaskScheduledEventAttributes: attributes }) =>
      attributes?.activityType?.name === 'write-report',
  );
  const completed = events?.find(
    ({ activityTaskCompletedEventAttributes: attributes }) =>
      attributes?.scheduledEventId?.toString() === scheduled?.eventId?.toString(),
  );
  if (!scheduled || !completed) return null;
  const [record] = await decodeArrayFromPayloads(
    converter,
    scheduled.activityTaskScheduledEventAttributes?.input?.payloads,
  );
  const [written] = await decodeArrayFromPayloads(
    converter,
    completed.activityTaskCompletedEventAttributes?.result?.payloads,
  );
  return {
    ...(record as RunRecord).status,
    ...(written as Pick<RunStatus, 'manifest' | 'report'>),
  };
}
