/** Walking a person through the open items: see, decide, next. */
import { cancel, intro, isCancel, outro, select, text } from '@clack/prompts';
import type { Client } from '@temporalio/client';
import type { OpenItem } from '../temporal/reviews.ts';
import { decide } from '../temporal/reviews.ts';
import { answerText } from './review-answer.ts';
import { loadReviewItem } from './review-items.ts';
import { showItem } from './review-item-view.ts';
import { inert } from './terminal.ts';
import type { Scene } from './verb.ts';

/** Ends when nothing is left or the person stops; what was decided until then counts. */
export async function walkThrough(
  scene: Scene,
  client: Client,
  items: readonly OpenItem[],
  reviewer: string,
): Promise<void> {
  if (items.length === 0) return scene.terminal.line('nothing waits for a person');
  intro(`${items.length} items wait; you decide as ${reviewer}`);
  for (const [index, target] of items.entries()) {
    scene.terminal.line(`\n${index + 1} of ${items.length}`);
    const loaded = await loadReviewItem(scene, target);
    showItem(scene.terminal, loaded, target);
    const { predicted } = loaded.item;
    const choice = await (predicted === null ? askYesOrNo() : ask(predicted, loaded.classes));
    if (choice === 'stop') return cancel('stopped; what you decided counts, the rest waits');
    if (choice === 'later') continue;
    const sent = await decide(client, target, { ...choice, reviewer });
    scene.terminal.line(answerText(sent, target.item.id));
  }
  outro('that was all');
}

type Asked =
  | 'stop'
  | 'later'
  | { verdict: 'approve' | 'reject' | 'relabel'; label?: string; comment?: string };

async function ask(predicted: string, classes: readonly string[]): Promise<Asked> {
  const verdict = await select({
    message: `Is it ${inert(predicted)}?`,
    options: [
      { value: 'approve' as const, label: `yes, ${inert(predicted)}`, hint: 'approve' },
      { value: 'relabel' as const, label: 'no, it is …', hint: 'relabel' },
      { value: 'reject' as const, label: 'cannot be told', hint: 'reject' },
      { value: 'later' as const, label: 'decide later' },
      { value: 'stop' as const, label: 'stop here' },
    ],
  });
  if (isCancel(verdict)) return 'stop';
  if (verdict === 'later' || verdict === 'stop') return verdict;
  const label = verdict === 'relabel' ? await askLabel(predicted, classes) : undefined;
  if (label === null) return 'stop';
  return withComment({ verdict, ...(label === undefined ? {} : { label }) });
}

async function askYesOrNo(): Promise<Asked> {
  const verdict = await select({
    message: 'Do you approve?',
    options: [
      { value: 'approve' as const, label: 'yes', hint: 'approve' },
      { value: 'reject' as const, label: 'no', hint: 'reject' },
      { value: 'later' as const, label: 'decide later' },
      { value: 'stop' as const, label: 'stop here' },
    ],
  });
  if (isCancel(verdict)) return 'stop';
  return verdict === 'later' || verdict === 'stop' ? verdict : withComment({ verdict });
}

async function withComment(
  decision: Exclude<Asked, 'stop' | 'later'>,
): Promise<Exclude<Asked, 'later'>> {
  const comment = await text({ message: 'A comment?', placeholder: 'none: press Enter' });
  if (isCancel(comment)) return 'stop';
  return comment ? { ...decision, comment } : decision;
}

async function askLabel(predicted: string, classes: readonly string[]): Promise<string | null> {
  const label = await select({
    message: 'What is it?',
    options: classes
      .filter((name) => name !== predicted)
      .map((value) => ({ value, label: inert(value) })),
    maxItems: 12,
  });
  return isCancel(label) ? null : label;
}
