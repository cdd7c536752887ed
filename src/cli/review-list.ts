/** What waits for people, as a list; runs that could not be asked are named. */
import type { Client } from '@temporalio/client';
import { EXIT, renderError } from '../errors.ts';
import type { Unanswered, WaitingReviews } from '../temporal/reviews.ts';
import { openItems, waitingReviews } from '../temporal/reviews.ts';
import type { Terminal } from './terminal.ts';
import { inert, seconds } from './terminal.ts';
import type { Verb } from './verb.ts';

/** Of one run, which must answer, or of all. */
export async function findWaiting(
  client: Client,
  run: string | undefined,
): Promise<WaitingReviews> {
  if (run === undefined) return waitingReviews(client);
  return { items: await openItems(client, run), unanswered: [] };
}

/** With `--json` the runs that did not answer are the last rows, with `error` in place of an item. */
export function showWaiting(terminal: Terminal, { items, unanswered }: WaitingReviews): void {
  const rows = items.map(({ runId, pipeline, gate, item }) => ({
    run: runId,
    pipeline,
    gate: gate.gateId,
    item: item.id,
    subjectDigest: item.subjectDigest,
    deadlineMs: gate.deadlineMs,
    votes: item.decisions.length,
    quorum: gate.quorum,
  }));
  const unknown = unanswered.map(({ runId, pipeline, error: { code, message } }) => ({
    run: runId,
    pipeline,
    error: { code, message },
  }));
  terminal.result([...rows, ...unknown]);
  showTable(terminal, items);
}

function showTable(terminal: Terminal, items: WaitingReviews['items']): void {
  if (items.length === 0) return terminal.line('nothing waits for a person');
  terminal.table(
    ['item', 'pipeline', 'run', 'votes', 'time left', 'then'],
    items.map(({ item, pipeline, runId, gate }) => [
      item.id,
      pipeline,
      runId,
      `${item.decisions.length} of ${gate.quorum}`,
      seconds(Math.max(0, gate.deadlineMs - Date.now())),
      gate.onTimeout,
    ]),
  );
  const first = items[0]?.item.id ?? '';
  terminal.line(`\nmodelwright review show ${first}`);
}

/** Whoever reads the exit code must not take the list for the whole of it. */
export function tellUnanswered(
  terminal: Terminal,
  unanswered: readonly Unanswered[],
  verb: Verb,
): void {
  if (unanswered.length > 0) verb.finish(EXIT.runFailed);
  const byReason = new Map<string, string[]>();
  for (const { runId, error } of unanswered) {
    const reason = renderError(error);
    byReason.set(reason, [...(byReason.get(reason) ?? []), runId]);
  }
  for (const [reason, runs] of byReason) {
    const many = runs.length === 1 ? 'run' : `${runs.length} runs`;
    terminal.note(inert(`not listed, ${many} did not answer: ${nameSome(runs)}: ${reason}`));
  }
}

const MOST_NAMED = 20;

/** All are in the JSON. */
export function nameSome(runs: readonly string[]): string {
  const rest = runs.length - MOST_NAMED;
  return `${runs.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
