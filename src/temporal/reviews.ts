/** Finding what waits for a person, and sending a decision. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { PipelineError } from '../errors.ts';
import type {
  GateStatus,
  ItemStatus,
  ReviewAnswer,
  ReviewDecision,
} from '../workflows/run-state.ts';
import { isDeadline, listRuns, runStatus } from './runs.ts';

/** An open item of an open gate, and the run that waits for it. */
export interface OpenItem {
  readonly runId: string;
  readonly pipeline: string;
  readonly gate: GateStatus;
  readonly item: ItemStatus;
}

/** How long `submitReview` may take before the decision is left as a signal. */
const UPDATE_TIMEOUT_MS = 10_000;

/**
 * Everything that waits for a person, the longest-waiting gate first.
 *
 * @throws PipelineError `RUN_NOT_FOUND` if the run that was named does not exist.
 */
export async function openItems(client: Client, runId?: string): Promise<OpenItem[]> {
  const statuses = runId
    ? [await runStatus(client, runId)]
    : await Promise.all(
        (await listRuns(client, { openOnly: true })).map(({ id }) => statusOrGone(client, id)),
      );
  return statuses
    .flatMap((status) =>
      (status?.gates ?? [])
        .filter((gate) => gate.state === 'open' && status?.finishedAtMs === null)
        .map((gate) => ({
          runId: status?.run.id ?? '',
          pipeline: status?.run.pipeline ?? '',
          gate,
        })),
    )
    .sort((a, b) => a.gate.openedAtMs - b.gate.openedAtMs)
    .flatMap((found) =>
      found.gate.subjects
        .filter(({ outcome }) => outcome === 'open')
        .map((item) => ({ ...found, item })),
    );
}

async function statusOrGone(client: Client, id: string) {
  try {
    return await runStatus(client, id);
  } catch (error) {
    // It ended between the list and the question: nothing of it waits any more.
    if ((error as { code?: string }).code === 'RUN_NOT_FOUND') return null;
    throw error;
  }
}

/** What a person chose; the rest of the decision follows from the item. */
export interface Choice {
  readonly verdict: ReviewDecision['verdict'];
  readonly label?: string | undefined;
  readonly comment?: string | undefined;
  readonly reviewer: string;
  /** For a repeated attempt at the same decision. @default a fresh UUID */
  readonly decisionId?: string | undefined;
}

export type Sent =
  | { readonly answer: ReviewAnswer }
  /** No worker answered: the signal is in the run's history and will count when one is up. */
  | { readonly left: 'signal' };

/**
 * Sends one decision as the update `submitReview`, which answers at once; where no worker
 * answers, as the signal `review`. Both carry the same decision id, so it counts once.
 */
export async function decide(client: Client, target: OpenItem, choice: Choice): Promise<Sent> {
  const decision = decisionFor(target, choice);
  const handle = client.workflow.getHandle(target.runId);
  try {
    const answer = await client.withDeadline(Date.now() + UPDATE_TIMEOUT_MS, () =>
      handle.executeUpdate<ReviewAnswer, [ReviewDecision]>('submitReview', { args: [decision] }),
    );
    return { answer };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw ended(target.runId, error);
    if (
      !isDeadline(error) &&
      (error as Error).name !== 'WorkflowUpdateRPCTimeoutOrCancelledError'
    ) {
      throw error;
    }
  }
  await handle.signal('review', decision);
  return { left: 'signal' };
}

/**
 * The answer that a decision got before, or `null`. A sender that lost the answer repeats its
 * decision when the item, or the whole run, is no longer open.
 */
export async function recordedAnswer(
  client: Client,
  { runId, itemId, choice }: { runId: string; itemId: string; choice: Choice },
): Promise<ReviewAnswer | null> {
  const { gates } = await runStatus(client, runId);
  for (const gate of gates) {
    const item = gate.subjects.find(({ id }) => id === itemId);
    const before = item?.decisions.find(({ decisionId }) => decisionId === choice.decisionId);
    if (!item || !before) continue;
    const { verdict, label, reviewer } = choice;
    if (before.verdict !== verdict || before.label !== label || before.reviewer !== reviewer) {
      const message = `decision id ${before.decisionId} was used for another decision`;
      return { accepted: false, reason: 'decision-id-reused', message };
    }
    const itemDecided = item.outcome !== 'open';
    return { accepted: true, duplicate: true, itemDecided, gateComplete: gate.state !== 'open' };
  }
  return null;
}

export function decisionFor(target: OpenItem, choice: Choice): ReviewDecision {
  const { verdict, label, comment, reviewer, decisionId = randomUUID() } = choice;
  return {
    decisionId,
    gateId: target.gate.gateId,
    itemId: target.item.id,
    subjectDigest: target.item.subjectDigest,
    verdict,
    ...(label === undefined ? {} : { label }),
    ...(comment === undefined ? {} : { comment }),
    reviewer,
  };
}

function ended(runId: string, cause: unknown): PipelineError {
  return new PipelineError('REVIEW_REFUSED', `run ${runId} has ended; nothing waits there`, {
    cause,
  });
}
