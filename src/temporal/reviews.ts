/** Finding what waits for a person, and sending a decision. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { isPipelineError, PipelineError } from '../errors.ts';
import type {
  GateStatus,
  ItemStatus,
  ReviewAnswer,
  ReviewDecision,
  RunStatus,
} from '../workflows/run-state.ts';
import type { RunSummary } from './runs.ts';
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

/** An open run that could not be asked what it waits for. */
export interface Unanswered {
  readonly runId: string;
  readonly pipeline: string;
  readonly error: PipelineError;
}

export interface WaitingReviews {
  /** The longest-waiting gate first. */
  readonly items: readonly OpenItem[];
  readonly unanswered: readonly Unanswered[];
}

/**
 * Everything that waits for a person, in all runs. A run that does not answer hides no other; it
 * may take 15 seconds to be sure of it.
 */
export async function waitingReviews(client: Client): Promise<WaitingReviews> {
  const runs = await listRuns(client, { openOnly: true });
  const looks = await Promise.all(runs.map((run) => lookAt(client, run)));
  return {
    items: itemsOf(looks.flatMap((look) => ('status' in look ? [look.status] : []))),
    unanswered: looks.flatMap((look) => ('error' in look ? [look] : [])),
  };
}

/**
 * What waits for a person in one run.
 *
 * @throws PipelineError `RUN_NOT_FOUND`; `NO_WORKER` where none answers for it.
 */
export async function openItems(client: Client, runId: string): Promise<OpenItem[]> {
  return itemsOf([await runStatus(client, runId)]);
}

function itemsOf(statuses: readonly RunStatus[]): OpenItem[] {
  return statuses
    .flatMap(({ gates, finishedAtMs, run: { id, pipeline } }) =>
      gates
        .filter(({ state }) => state === 'open' && finishedAtMs === null)
        .map((gate) => ({ runId: id, pipeline, gate })),
    )
    .sort((a, b) => a.gate.openedAtMs - b.gate.openedAtMs)
    .flatMap((found) =>
      found.gate.subjects
        .filter(({ outcome }) => outcome === 'open')
        .map((item) => ({ ...found, item })),
    );
}

type Look = { readonly status: RunStatus } | Unanswered | { readonly gone: true };

async function lookAt(client: Client, { id, pipeline }: RunSummary): Promise<Look> {
  try {
    return { status: await runStatus(client, id) };
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    // It ended between the list and the question: nothing of it waits any more.
    if (error.code === 'RUN_NOT_FOUND' || error.code === 'STEP_FAILED') return { gone: true };
    return { runId: id, pipeline, error };
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
