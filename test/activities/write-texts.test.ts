/** The steps predict and audit with a model that writes a text. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { architectStep } from '../../src/activities/architect.ts';
import { auditStep } from '../../src/activities/audit.ts';
import { datasetStep } from '../../src/activities/dataset.ts';
import { explainStep } from '../../src/activities/explain.ts';
import { fuseStep } from '../../src/activities/fuse.ts';
import { predictStep } from '../../src/activities/predict.ts';
import type { PredictedFile, PredictedTexts } from '../../src/activities/step-types.ts';
import { trainStep } from '../../src/activities/train.ts';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import type { AuditReport, WrittenTexts } from '../../src/ml/model.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';

const WORDS = { one: 'uno', two: 'dos', three: 'tres', four: 'cuatro', five: 'cinco' };
const ENGLISH = Object.keys(WORDS) as (keyof typeof WORDS)[];
/** Every text of one to three numbers, and some of four. */
const TEXTS = ENGLISH.flatMap((a) => [
  [a],
  ...ENGLISH.flatMap((b) => [[a, b], [a, b, b, a], ...ENGLISH.map((c) => [a, b, c])]),
]);
const PAIRS = TEXTS.map(
  (words) => `${words.join(' ')}\t${words.map((word) => WORDS[word]).join(' ')}`,
);

/** Of the test part. */
const ROWS = 36;

let place: TestPlace;
let dataset: ArtifactRef;
let good: ArtifactRef;
let bad: ArtifactRef;

const context = (scratch = 'scratch') =>
  place.context({ dataRoot: place.folder, scratch: path.join(place.folder, scratch) });
const json = (value: ArtifactRef) => value as unknown as Json;
const run = <Input, Output>(
  step: { kind: string; run: (input: Input, of: ReturnType<typeof context>) => Promise<Output> },
  input: JsonObject,
  scratch?: string,
): Promise<Output> => step.run(decodeWith<Input>(step.kind, input), context(scratch));

beforeAll(async () => {
  place = await makeTestPlace();
  await mkdir(path.join(place.folder, 'data'));
  await writeFile(path.join(place.folder, 'data/pairs.tsv'), PAIRS.join('\n'));
  const text = { type: 'text', length: 5 };
  const made = await run(datasetStep, {
    source: 'data/pairs.tsv',
    format: 'parallel-text',
    target: { ...text, column: 'target' },
    features: [{ ...text, columns: 'source' }],
    split: { train: 0.7, validation: 0.1, test: 0.2, seed: 2 },
  });
  dataset = made.dataset;
  const settings = { cell: 'gru', embedding: 16, units: [24] };
  const { architecture } = await run(architectStep, {
    dataset: json(dataset),
    family: 'encoder-decoder',
    ...settings,
  });
  const train = async (epochs: number) => {
    const optimizer = { type: 'adam', learningRate: 0.02 };
    const input = { architecture: json(architecture), dataset: json(dataset), epochs, optimizer };
    return (await run(trainStep, { ...input, batchSize: 16 }, `train-${epochs}`)).model;
  };
  good = await train(30);
  bad = await train(1);
}, 90_000);
afterAll(() => place.remove());

async function predict(changes: JsonObject = {}, model = good) {
  const outputs = (await run(predictStep, {
    model: json(model),
    dataset: json(dataset),
    ...changes,
  })) as PredictedTexts;
  return { outputs, texts: await place.store.getJson<WrittenTexts>(outputs.texts) };
}

describe('predict', () => {
  it('writes the text of every row, and says how many are right', async () => {
    const { outputs, texts } = await predict();
    expect(texts.rows).toHaveLength(ROWS);
    for (const { sourceRow, reference } of texts.rows) {
      expect(PAIRS[sourceRow]?.split('\t')[1]).toBe(reference);
    }
    expect(outputs.exactMatch).toBeGreaterThan(0.8);
    const other = await predict({}, bad);
    // One wrong word takes all four words in a row from a text of that length.
    expect(outputs.bleu).toBeGreaterThan(0.5);
    expect(outputs.bleu).toBeGreaterThan(other.outputs.bleu);
    for (const each of [{ outputs, texts }, other]) {
      const { rows } = each.texts;
      const right = rows.filter(({ text, reference }) => text === reference);
      expect(rows.filter(({ isExact }) => isExact)).toEqual(right);
      expect(each.outputs.exactMatch).toBeCloseTo(right.length / ROWS, 12);
    }
    for (const { confidence } of texts.rows) {
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  it('writes the same again, and with a beam no less likely texts', async () => {
    const tensors = tf.memory().numTensors;
    const greedy = await predict();
    expect((await predict()).outputs.texts.sha256).toBe(greedy.outputs.texts.sha256);
    const beam = await predict({ decoding: { beam: 4, lengthPenalty: 0 } });
    expect(beam.texts.decoding).toEqual({ beam: 4, lengthPenalty: 0 });
    const sum = ({ rows }: WrittenTexts) => rows.reduce((total, row) => total + row.confidence, 0);
    expect(sum(beam.texts)).toBeGreaterThanOrEqual(sum(greedy.texts));
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('translates a file of new texts as it does the part', async () => {
    const { texts } = await predict();
    const sources = texts.rows.map(({ sourceRow }) => PAIRS[sourceRow]?.split('\t')[0] ?? '');
    await writeFile(path.join(place.folder, 'new.csv'), ['source', ...sources, ''].join('\n'));
    const read = async (format: 'jsonl' | 'csv') => {
      const outputs = (await run(predictStep, {
        model: json(good),
        file: 'new.csv',
        format,
      })) as PredictedFile;
      const bytes = await place.store.get(outputs.predictions);
      return { outputs, lines: Buffer.from(bytes).toString().trimEnd().split('\n') };
    };
    const { outputs, lines } = await read('jsonl');
    expect(outputs).toMatchObject({ rows: ROWS, skipped: { count: 0 }, classes: {} });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      texts.rows.map(({ text, confidence }, row) => ({ row, text, confidence })),
    );
    const csv = await read('csv');
    expect(csv.lines.slice(0, 2)).toEqual([
      'row,text,confidence',
      `0,${texts.rows[0]?.text},${texts.rows[0]?.confidence}`,
    ]);
  });

  it('refuses what is of classes', async () => {
    await expect(predict({ flag: { confidenceBelow: 0.5 } })).rejects.toMatchObject({
      code: 'SPEC_UNSUPPORTED',
    });
  });
});

async function audit(changes: JsonObject = {}, model = good) {
  const outputs = await run(auditStep, { model: json(model), dataset: json(dataset), ...changes });
  return { outputs, report: await place.store.getJson<AuditReport>(outputs.report) };
}

describe('audit', () => {
  it('counts a row as right where the very text is written', async () => {
    const [{ outputs, report }, predicted] = [await audit(), await predict()];
    expect(outputs.accuracy.value).toBeCloseTo(predicted.outputs.exactMatch, 12);
    expect(outputs.accuracy.low).toBeLessThanOrEqual(outputs.accuracy.value);
    expect(outputs.bleu).toBe(predicted.outputs.bleu);
    expect(report).toMatchObject({
      rows: ROWS,
      ...{ perClass: [], confusion: [], noise: [], groups: [] },
      texts: { decoding: { beam: 1 } },
    });
    // Of the confidences in one bin the error is |share of right ones − mean confidence|.
    const one = await audit({ calibrationBins: 2 });
    const gap = one.report.calibrationBins.reduce(
      (sum, bin) => sum + bin.rows * Math.abs((bin.accuracy ?? 0) - (bin.meanConfidence ?? 0)),
      0,
    );
    expect(one.outputs.expectedCalibrationError).toBeCloseTo(gap / ROWS, 12);
    const { rows } = predicted.texts;
    const upper = rows.filter(({ confidence }) => confidence > 0.5);
    expect(one.report.calibrationBins[1]).toMatchObject({
      rows: upper.length,
      accuracy: upper.filter(({ isExact }) => isExact).length / upper.length,
    });
  });

  it('holds it against the most frequent text, and another model', async () => {
    const { outputs } = await audit({ baseline: json(bad) });
    expect(outputs.baselines.map(({ name }) => name)).toEqual(['majority', 'model']);
    // Every text of the training part is there once, and none of them in the test part.
    expect(outputs.baselines[0]).toMatchObject({ accuracy: 0, beaten: true });
    expect(outputs.baselines[1]?.accuracy).toBeLessThan(outputs.accuracy.value);
    expect(outputs.beatsBaseline).toBe(true);
  });

  it('fails where BLEU or the share of very texts misses its bound', async () => {
    const checks = { bleu: { min: 0.99 }, accuracy: { min: 0.9, onFail: 'flag' } };
    const { outputs } = await audit({ checks, onFail: 'continue' }, bad);
    expect(outputs.checks).toMatchObject([
      { name: 'accuracy', status: 'flag' },
      { name: 'bleu', status: 'fail', bound: 0.99, value: outputs.bleu },
    ]);
    await expect(audit({ checks }, bad)).rejects.toMatchObject({ code: 'AUDIT_FAILED' });
  });

  it.each([
    { checks: { recallPerClass: { min: 0.5 } } },
    { checks: { noise: { standardDeviation: 0.1, maxDrop: 0.1 } } },
    { groups: { favourable: 'uno', by: [{ column: 'source' }] } },
  ])('refuses %j', async (changes) => {
    await expect(audit(changes)).rejects.toMatchObject({ code: 'SPEC_UNSUPPORTED' });
  });
});

describe('steps that work with classes', () => {
  it('refuse a model that writes a text', async () => {
    const refused = { code: 'SPEC_UNSUPPORTED' };
    const on = { dataset: json(dataset) };
    const explaining = { ...on, model: json(good), method: 'kernel-shap' };
    await expect(run(explainStep, explaining)).rejects.toMatchObject(refused);
    const members = [json(good), json(bad)];
    await expect(run(fuseStep, { ...on, members, method: 'average' })).rejects.toMatchObject(refused);
  }); // prettier-ignore
});
