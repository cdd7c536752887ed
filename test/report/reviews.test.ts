import { reviewSections } from '../../src/report/sections/reviews.ts';
import type { Evidence, GateEvidence } from '../../src/report/evidence.ts';
import type { ReviewItem } from '../../src/workflows/run-state.ts';

function render(input: ReviewItem['input'], change: Partial<ReviewItem> = {}): string {
  const item: ReviewItem = {
    id: 'review-3',
    subjectDigest: '0'.repeat(64),
    sourceRow: 3,
    reason: 'confidence 0.5 < 0.9',
    input,
    predicted: 'spam',
    top: [{ class: 'spam', probability: 0.5 }],
    explanation: null,
    picture: null,
    ...change,
  };
  const { id, subjectDigest } = item;
  const decided = { outcome: 'open', label: null, byTimeout: false, decisions: [] } as const;
  const gates: GateEvidence[] = [
    {
      gate: {
        gateId: 'review',
        state: 'open',
        items: { uri: '', sha256: '', bytes: 0, mediaType: '' },
        openedAtMs: 0,
        deadlineMs: 1,
        onTimeout: 'fail',
        quorum: 1,
        reviewers: null,
        fourEyes: false,
        classes: ['ham', 'spam'],
        subjects: [{ id, subjectDigest, ...decided }],
        refusals: [],
      },
      items: { gateId: 'review', instructions: '', classes: ['ham', 'spam'], items: [item] },
    },
  ];
  return reviewSections({ gates } as unknown as Evidence, new Map())
    .map(({ markup }) => markup)
    .join('');
}

it('shows a text as text, whatever it holds', () => {
  const page = render({ kind: 'text', text: 'BUY <script>alert(1)</script>\nnow\u202e' });
  expect(page).toContain('BUY &lt;script&gt;alert(1)&lt;/script&gt;\nnow\ufffd</blockquote>');
  expect(page).not.toContain('<script>');
});

it('shows the beginning of a very long one, and says so', () => {
  const page = render({ kind: 'text', text: 'x'.repeat(9_000) });
  expect(page).toContain(`>${'x'.repeat(4_000)}</blockquote>`);
  expect(page).toContain('and 5000 characters more');
});

it('shows pictures and long texts of a row on their own, and the rest as a table', () => {
  const page = render({
    kind: 'row',
    values: { amount: 7, body: 'a\nb' },
    pictures: { photo: { shape: [1, 1, 1], pixels: [1] } },
  });
  expect(page).toContain('alt="photo of row 3"');
  expect(page).toContain('a\nb</blockquote>');
  expect(page).toContain('<summary>1 values</summary>');
  expect(page).toContain('amount');
});

it('shows the conformal set of an item, an empty one too', () => {
  const input = { kind: 'row', values: {} } as const;
  const conformal = (...set: string[]) => ({ conformal: { alpha: 0.05, set } });
  expect(render(input, conformal('ham', 'spam'))).toContain('Set at α = 0.05: ham, spam');
  expect(render(input, conformal())).toContain('Set at α = 0.05: none');
  expect(render(input)).not.toContain('Set at');
});

it('tells an explanation in words, and nothing of it is markup', () => {
  const inWords = ['The model would say “<b>” (71.2 %) with:', 'months: 48 → 24'];
  const told = { method: 'counterfactual', error: 0, reliable: true, attributions: [], inWords };
  const html = render({ kind: 'text', text: 'x' }, { explanation: told });
  expect(html).toContain('<p>months: 48 → 24</p>');
  expect(html).toContain('“&lt;b&gt;”');
  expect(html).not.toContain('Strongest attributions');
});
