/** `modelwright review`: what waits for a person, item by item, and the decisions. */
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { EXIT, PipelineError } from '../errors.ts';
import type { Choice, OpenItem, Sent, WaitingReviews } from '../temporal/reviews.ts';
import { decide, recordedAnswer } from '../temporal/reviews.ts';
import { VERDICTS } from '../workflows/review-rules.ts';
import { loadReviewItem } from './review-items.ts';
import { answerText } from './review-answer.ts';
import { showItem } from './review-item-view.ts';
import { findWaiting, nameSome, showWaiting, tellUnanswered } from './review-list.ts';
import { walkThrough } from './review-walk.ts';
import type { Verb } from './verb.ts';
import { sceneOf, userName, withClient } from './verb.ts';

interface DecideOptions {
  readonly run?: string;
  readonly verdict: string;
  readonly label?: string;
  readonly comment?: string;
  readonly reviewer?: string;
  readonly decisionId?: string;
}

export function addReview(program: Command, verb: Verb): Command {
  const review = program
    .command('review')
    .description('walk through the predictions that wait for a person')
    .option('--run <run>', 'only this run')
    .option('--reviewer <name>', 'who decides (default: the user)')
    .action(async (options: { run?: string; reviewer?: string }, command) => {
      const scene = sceneOf(command as Command, verb);
      const reviewer = options.reviewer ?? userName(verb.io.env);
      await withClient(scene, async (client) => {
        const waiting = await findWaiting(client, options.run);
        tellUnanswered(scene.terminal, waiting.unanswered, verb);
        if (scene.terminal.canAsk) return walkThrough(scene, client, waiting.items, reviewer);
        showWaiting(scene.terminal, waiting);
      });
    });
  addList(review, verb);
  addShow(review, verb);
  addDecide(review, verb);
  return review;
}

function addList(review: Command, verb: Verb): void {
  review
    .command('list')
    .description('list what waits for a person')
    .option('--run <run>', 'only this run')
    .option('--json', 'print JSON alone on stdout')
    .action(async (_options, command) => {
      const scene = sceneOf(command as Command, verb);
      const { run } = (command as Command).optsWithGlobals<{ run?: string }>();
      const waiting = await withClient(scene, (client) => findWaiting(client, run));
      tellUnanswered(scene.terminal, waiting.unanswered, verb);
      showWaiting(scene.terminal, waiting);
    });
}

function addShow(review: Command, verb: Verb): void {
  review
    .command('show')
    .description('show one item: its picture or row, the predictions, the explanation')
    .argument('<item>', 'item id, as `review list` prints it')
    .option('--run <run>', 'the run, where several have an item of this id')
    .option('--json', 'print JSON alone on stdout')
    .action(async (id: string, _options, command) => {
      const scene = sceneOf(command as Command, verb);
      const { run } = (command as Command).optsWithGlobals<{ run?: string }>();
      await withClient(scene, async (client) => {
        const target = await findItem(client, id, run);
        const loaded = await loadReviewItem(scene, target);
        scene.terminal.result({ run: target.runId, gate: target.gate.gateId, ...loaded.item });
        showItem(scene.terminal, loaded, target);
      });
    });
}

function addDecide(review: Command, verb: Verb): void {
  review
    .command('decide')
    .description('decide one item')
    .argument('<item>', 'item id, as `review list` prints it')
    .requiredOption('--verdict <verdict>', VERDICTS.join(' | '))
    .option('--label <class>', 'with relabel: the right class')
    .option('--comment <text>', 'why')
    .option('--reviewer <name>', 'who decides (default: the user)')
    .option('--run <run>', 'the run, where several have an item of this id')
    .option('--decision-id <id>', 'with --run: repeat the same decision safely')
    .option('--json', 'print JSON alone on stdout')
    .action(async (id: string, _options, command) => {
      const scene = sceneOf(command as Command, verb);
      const options = (command as Command).optsWithGlobals<DecideOptions>();
      const choice = choiceOf(options, userName(verb.io.env));
      await withClient(scene, async (client) => {
        const sent = await decideOnce(client, { id, choice, run: options.run });
        scene.terminal.result(sent);
        scene.terminal.line(answerText(sent, id));
        if ('answer' in sent && !sent.answer.accepted) verb.finish(EXIT.runFailed);
      });
    });
}

interface Decision {
  readonly id: string;
  readonly choice: Choice;
  readonly run: string | undefined;
}

/** With `--run` and `--decision-id`, a repeat is answered even when nothing waits any more. */
async function decideOnce(client: Client, { id, choice, run }: Decision): Promise<Sent> {
  if (run !== undefined && choice.decisionId !== undefined) {
    const answer = await recordedAnswer(client, { runId: run, itemId: id, choice });
    if (answer) return { answer };
  }
  return decide(client, await findItem(client, id, run), choice);
}

function choiceOf(options: DecideOptions, user: string): Choice {
  const verdict = VERDICTS.find((known) => known === options.verdict);
  if (!verdict) {
    const message = `--verdict must be one of ${VERDICTS.join(', ')}, not "${options.verdict}"`;
    throw new PipelineError('USAGE', message);
  }
  if (verdict === 'relabel' && !options.label) {
    throw new PipelineError('USAGE', '--verdict relabel needs --label with the right class');
  }
  const { label, comment, decisionId, reviewer = user } = options;
  return { verdict, label, comment, decisionId, reviewer };
}

/**
 * The open item of this id.
 *
 * @throws PipelineError `REVIEW_NOT_FOUND`; `NO_WORKER` where a run that may have it did not
 * answer; `USAGE` where several runs have one, or may have one
 */
async function findItem(client: Client, id: string, run?: string): Promise<OpenItem> {
  const waiting = await findWaiting(client, run);
  const { items, unanswered } = waiting;
  const found = items.filter(({ item }) => item.id === id);
  const [target] = found;
  const unknown = nameSome(unanswered.map(({ runId }) => runId));
  if (!target) throw noItem(id, waiting);
  const runs = found.map(({ runId }) => runId).join(', ');
  if (found.length > 1) {
    throw new PipelineError('USAGE', `several runs have an item "${id}": ${runs}`, {
      remedy: 'name one with --run',
    });
  }
  if (unknown) {
    const message = `${runs} has an item "${id}"; these did not answer and may have one too: ${unknown}`;
    throw new PipelineError('USAGE', message, { remedy: 'name the run with --run' });
  }
  return target;
}

/** Where a run did not answer the item may be there all the same: then asking again may help. */
function noItem(id: string, { items, unanswered }: WaitingReviews): PipelineError {
  const [silent] = unanswered;
  if (silent) {
    const runs = nameSome(unanswered.map(({ runId }) => runId));
    const message = `no open item "${id}" in the runs that answered; these did not: ${runs}`;
    return new PipelineError(silent.error.code, message, { remedy: silent.error.remedy });
  }
  return new PipelineError('REVIEW_NOT_FOUND', `no open item "${id}"`, {
    remedy: items.length > 0 ? '`modelwright review list` shows them' : 'nothing waits at all',
  });
}
