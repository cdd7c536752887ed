import { PassThrough } from 'node:stream';
import { showItem } from '../../src/cli/review-item-view.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import type { OpenItem } from '../../src/temporal/reviews.ts';
import type { ReviewItem } from '../../src/workflows/run-state.ts';

function shown(input: ReviewItem['input'], explanation: ReviewItem['explanation'] = null): string {
  const stdout = new PassThrough();
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {}, cwd: '/' };
  const item: ReviewItem = {
    id: 'review-3',
    subjectDigest: '',
    sourceRow: 3,
    reason: 'unsure',
    input,
    predicted: 'spam',
    top: [],
    explanation,
    picture: null,
  };
  const target = { runId: 'run', pipeline: 'mail' } as unknown as OpenItem;
  showItem(new Terminal(io), { item, instructions: '', classes: [] }, target);
  return String(stdout.read());
}

it('shows a text line by line, without what a terminal would obey', () => {
  const text = shown({ kind: 'text', text: 'Buy \u001b[31mnow\u001b[0m\nor never' });
  expect(text).not.toContain('\u001b');
  expect(text).toMatch(/\n {2}Buy .*now.*\n {2}or never\n/);
});

it('shows the pictures of a row, its long texts and its values', () => {
  const photo = { shape: [1, 80, 1], pixels: Array<number>(80).fill(1) };
  const text = shown({
    kind: 'row',
    values: { amount: 7, body: 'one\ntwo' },
    pictures: { photo },
  });
  expect(text).toContain(`  photo\n  ${'██'.repeat(40)}\n`);
  expect(text).toContain('  body:\n  one\n  two\n');
  expect(text).toMatch(/amount\s+7/);
});

it('tells an explanation in words', () => {
  const inWords = ['The model would say “good” (71.2 %) with:', 'months: 48 → 24'];
  const told = { method: 'counterfactual', error: 0, reliable: true, attributions: [], inWords };
  expect(shown({ kind: 'text', text: 'x' }, told)).toContain(
    `why (counterfactual)\n  ${inWords.join('\n  ')}\n`,
  );
});
