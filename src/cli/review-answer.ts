/** What happened to a decision, in words. */
import type { Sent } from '../temporal/reviews.ts';
import { inert } from './terminal.ts';

export function answerText(sent: Sent, itemId: string): string {
  if ('left' in sent) {
    return `${itemId}: no worker is up; the decision is in the run's history and counts when one is`;
  }
  const { answer } = sent;
  if (!answer.accepted) return inert(`${itemId}: refused (${answer.reason}): ${answer.message}`);
  if ('early' in answer) return `${itemId}: kept until its gate opens`;
  if (answer.duplicate) return `${itemId}: this decision was already recorded`;
  if (answer.gateComplete) return `${itemId}: recorded; everything is decided and the run goes on`;
  return answer.itemDecided ? `${itemId}: decided` : `${itemId}: recorded; more votes are needed`;
}
