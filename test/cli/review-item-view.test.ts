import { PassThrough } from 'node:stream';
import { showItem } from '../../src/cli/review-item-view.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import type { OpenItem } from '../../src/temporal/reviews.ts';
import type { ReviewItem } from '../../src/workflows/run-state.ts';

function shown(input: ReviewItem['input'], change: Partial<ReviewItem> = {}): string {
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
    explanation: null,
    picture: null,
    ...change,
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

it('shows a question with its facts, and no prediction', () => {
  const text = shown(
    { kind: 'question', text: 'Promote?', facts: { accuracy: 0.9, sure: false } },
    { sourceRow: null, predicted: null, reason: 'Promote?' },
  );
  expect(text).toContain('question: Promote?\n');
  expect(text).toContain('  accuracy  0.9\n  sure      false\n');
  expect(text).not.toContain('the model says');
});

it('shows the conformal set, without what a terminal would obey', () => {
  const input = { kind: 'row', values: { amount: 7 } } as const;
  const conformal = (...set: string[]) => ({ conformal: { alpha: 0.05, set } });
  const text = shown(input, conformal('ham', '\u001b[31mspam'));
  expect(text).not.toContain('\u001b');
  expect(text).toMatch(/\nset at α = 0.05: ham, .*spam\n/);
  expect(shown(input, conformal())).toContain('\nset at α = 0.05: none\n');
  expect(shown(input)).not.toContain('set at');
});

it('tells an explanation in words', () => {
  const inWords = ['The model would say “good” (71.2 %) with:', 'months: 48 → 24'];
  const told = { method: 'counterfactual', error: 0, reliable: true, attributions: [], inWords };
  expect(shown({ kind: 'text', text: 'x' }, { explanation: told })).toContain(
    `why (counterfactual)\n  ${inWords.join('\n  ')}\n`,
  );
});
