import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { humanReviewStep } from '../../src/activities/human-review.ts';
import type { StepContext } from '../../src/activities/step.ts';
import type { HumanReviewStep } from '../../src/activities/step-types.ts';
import { MEDIA_TYPE, type ArtifactStore } from '../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import type { Explanations, Predictions, RowSelection } from '../../src/ml/model.ts';
import type { GateOpening, ReviewItems } from '../../src/workflows/run-state.ts';
import {
  CLASSES,
  EXPLANATIONS,
  FLAGGED,
  PREDICTIONS,
  storeDataset,
  storeGallery,
} from './stored-digits.ts';

let root: string;
let store: ArtifactStore;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'modelwright-review-'));
  store = await openFolderStore(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

interface Change {
  readonly flagged?: RowSelection;
  readonly predictions?: Predictions;
  readonly bare?: boolean;
  readonly explanations?: Explanations;
}

async function open(change: Change = {}): Promise<GateOpening> {
  const { flagged = FLAGGED, predictions = PREDICTIONS, bare = false } = change;
  const { explanations = EXPLANATIONS } = change;
  const input: HumanReviewStep['with'] = {
    predictions: await store.putJson(predictions, MEDIA_TYPE.predictions),
    flagged: await store.putJson(flagged, MEDIA_TYPE.rows),
    dataset: await storeDataset(store),
    ...(bare
      ? {}
      : {
          explanations: await store.putJson(explanations, MEDIA_TYPE.explanations),
          gallery: await storeGallery(store),
          instructions: 'Look closely.',
        }),
    quorum: 1,
    fourEyes: false,
    timeout: '1d',
    onTimeout: 'fail',
    onReject: 'fail',
  };
  const context = { store, stepId: 'review', log: () => undefined } as unknown as StepContext;
  return humanReviewStep.run(input, context);
}

const itemsOf = (opening: GateOpening) => store.getJson<ReviewItems>(opening.items);

it('shows each flagged row with its picture, likeliest classes and explanation', async () => {
  const opening = await open();
  const { items, ...gate } = await itemsOf(opening);
  expect(gate).toEqual({ gateId: 'review', instructions: 'Look closely.', classes: CLASSES });
  expect(opening.classes).toEqual(CLASSES);
  expect(items.map(({ id }) => id)).toEqual(['review-4', 'review-6']);
  expect(items[0]).toMatchObject({
    sourceRow: 4,
    reason: 'confidence 0.30 < 0.60',
    input: { kind: 'image', shape: [2, 2, 1], pixels: [0, 0.25, 0.5, 1] },
    predicted: '2',
    top: [
      { class: '2', probability: 0.3 },
      { class: '1', probability: 0.2 },
      { class: '4', probability: 0.16 },
      { class: '5', probability: 0.15 },
      { class: '0', probability: 0.1 },
    ],
    explanation: {
      method: 'integrated-gradients',
      error: 0.002,
      reliable: false,
      attributions: [
        { feature: 'p2', value: 0.3 },
        { feature: 'p1', value: -0.2 },
        { feature: 'p0', value: 0.05 },
        { feature: 'p3', value: 0.05 },
      ],
    },
    picture: null,
  });
});

it('shows the strongest passages of a text, long ones cut', async () => {
  const [row, ...others] = EXPLANATIONS.rows;
  const passages = [
    { text: 'weak', value: 0.1 },
    { text: 'x'.repeat(500), value: -0.4 },
  ];
  const rows = [{ ...row!, passages }, ...others];
  const explanations = { ...EXPLANATIONS, method: 'passage-shap' as const, rows };
  const { items } = await itemsOf(await open({ explanations }));
  expect(items[0]?.explanation).toMatchObject({
    method: 'passage-shap',
    attributions: [
      { feature: `${'x'.repeat(240)}…`, value: -0.4 },
      { feature: 'weak', value: 0.1 },
    ],
  });
});

it('shows a counterfactual and a rule in words', async () => {
  const [row, ...others] = EXPLANATIONS.rows;
  const counterfactual = { status: 'none', class: null, reason: 'no column may change' } as const;
  const rows = [{ ...row!, attributions: [], error: null, counterfactual }, ...others];
  const explanations = { ...EXPLANATIONS, method: 'counterfactual' as const, rows };
  const { items } = await itemsOf(await open({ explanations }));
  expect(items[0]?.explanation).toMatchObject({
    method: 'counterfactual',
    attributions: [],
    inWords: ['No change leads to another class: no column may change.'],
  });
});

it('breaks ties of the prediction as argmax does, and finds the overlay by source row', async () => {
  const { items } = await itemsOf(await open());
  expect(items[1]).toMatchObject({ predicted: '0', explanation: null });
  expect(items[1]?.picture).toMatchObject({ mediaType: 'image/png', bytes: 5 });
});

it('never shows the true label', async () => {
  const opening = await open();
  // Every row's label is class 6, which is not among the five likeliest of row 4.
  const { items } = await itemsOf(opening);
  expect(JSON.stringify(items[0])).not.toContain('"6"');
  expect(JSON.stringify(items)).not.toMatch(/label/i);
});

it('binds each item to the digest of all it shows', async () => {
  const opening = await open();
  const { items } = await itemsOf(opening);
  expect(opening.subjects).toEqual(
    items.map(({ id, subjectDigest }) => ({ id, digest: subjectDigest })),
  );
  // RFC 8785 by hand: keys sorted, no white space.
  const text =
    '{"explanation":{"attributions":[{"feature":"p2","value":0.3},{"feature":"p1","value":-0.2},' +
    '{"feature":"p0","value":0.05},{"feature":"p3","value":0.05}],"error":0.002,' +
    '"method":"integrated-gradients","reliable":false},"id":"review-4",' +
    '"input":{"kind":"image","pixels":[0,0.25,0.5,1],"shape":[2,2,1]},"picture":null,' +
    '"predicted":"2","reason":"confidence 0.30 < 0.60","sourceRow":4,' +
    '"top":[{"class":"2","probability":0.3},{"class":"1","probability":0.2},' +
    '{"class":"4","probability":0.16},{"class":"5","probability":0.15},' +
    '{"class":"0","probability":0.1}]}';
  expect(items[0]?.subjectDigest).toBe(createHash('sha256').update(text).digest('hex'));
});

it('shows the conformal set of each item, and binds the decision to it', async () => {
  const conformal = { alpha: 0.1, calibration: (await open()).items, sets: [[1], [2, 1], []] };
  const opening = await open({ predictions: { ...PREDICTIONS, conformal } });
  const { items } = await itemsOf(opening);
  expect(items.map((item) => item.conformal)).toEqual([
    { alpha: 0.1, set: ['2', '1'] },
    { alpha: 0.1, set: [] },
  ]);
  const bare = await open();
  expect(opening.subjects[0]?.digest).not.toBe(bare.subjects[0]?.digest);
});

it('gives the same opening for the same input', async () => {
  expect(await open()).toEqual(await open());
});

it('opens without explanations, pictures and instructions, and with nothing to ask', async () => {
  const { items, instructions } = await itemsOf(await open({ bare: true }));
  expect(instructions).toBe('');
  expect(items[0]).toMatchObject({ explanation: null, picture: null });
  const empty = await open({ flagged: { part: 'test', rows: [] } });
  expect(empty.subjects).toEqual([]);
});

it.each<[string, Change]>([
  ['another part', { flagged: { ...FLAGGED, part: 'validation' } }],
  ['a row beyond the part', { flagged: flag({ row: 3, sourceRow: 4 }) }],
  ['another source row', { flagged: flag({ row: 1, sourceRow: 5 }) }],
  ['a row twice', { flagged: { part: 'test', rows: [...FLAGGED.rows, ...FLAGGED.rows] } }],
  ['predictions in another order', { predictions: { ...PREDICTIONS, sourceRows: [4, 8, 6] } }],
])('refuses flagged rows of %s', async (_, change) => {
  await expect(open(change)).rejects.toMatchObject({ code: 'DATA_INVALID' });
});

it('refuses to ask about more than 500 rows, and says how to ask about fewer', async () => {
  const rows = Array.from({ length: 501 }, (_, row) => ({ row, sourceRow: row, reason: '' }));
  await expect(open({ flagged: { part: 'test', rows } })).rejects.toMatchObject({
    code: 'DATA_TOO_LARGE',
    remedy: expect.stringContaining('maxItems'),
  });
});

function flag(row: { row: number; sourceRow: number }): RowSelection {
  return { part: 'test', rows: [{ ...row, reason: '' }] };
}

describe('a question instead of rows', () => {
  const ask = (input: Partial<HumanReviewStep['with']>) =>
    humanReviewStep.run(
      { quorum: 1, fourEyes: false, timeout: '1d', onTimeout: 'fail', onReject: 'fail', ...input },
      { store, stepId: 'ask', log: () => undefined } as unknown as StepContext,
    );

  it('is one item that is answered with yes or no, bound to what was shown', async () => {
    const question = { text: 'Promote this model?', facts: { accuracy: 0.91, version: null } };
    const opening = await ask({ question, instructions: 'Mind the costs.' });
    expect(opening.classes).toEqual([]);
    expect(opening.subjects.map(({ id }) => id)).toEqual(['ask-question']);
    const { items, instructions } = await itemsOf(opening);
    expect(instructions).toBe('Mind the costs.');
    expect(items).toMatchObject([
      { sourceRow: null, predicted: null, input: { kind: 'question', ...question }, top: [] },
    ]);
    const other = await ask({ question: { ...question, facts: { accuracy: 0.92 } } });
    expect(other.subjects[0]?.digest).not.toBe(opening.subjects[0]?.digest);
  });

  it('is needed where there are no rows', async () => {
    await expect(ask({})).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  });
});
