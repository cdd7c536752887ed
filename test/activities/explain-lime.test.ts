import { explainStep } from '../../src/activities/explain.ts';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { Encoder } from '../../src/data/dataset.ts';
import { featureNamesOf, openEncoder } from '../../src/data/encoders/encodings.ts';
import type { Explanations, LayerSpec } from '../../src/ml/model.ts';
import { NO_QUALITY } from './explain-quality.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
  type Rows,
} from './small-problem.ts';

const COMMON = {
  quality: NO_QUALITY,
  part: 'test' as const,
  limit: 3,
  background: 20,
  steps: 50,
  seed: 4,
};
type With = Parameters<typeof explainStep.run>[0];
type Method = With['method'];

interface Problem {
  readonly inputShape: readonly number[];
  readonly train: Rows;
  readonly test: Rows;
  /** @default numbers */
  readonly encoders?: readonly Encoder[];
  /** Texts of the test part as they are written. */
  readonly shown?: Readonly<Record<string, readonly (string | null)[]>>;
  readonly hidden?: readonly LayerSpec[];
  readonly weights?: readonly number[];
}

async function problem(given: Problem) {
  const { inputShape, train, test, encoders, shown } = given;
  const context = testContext();
  const { store } = context;
  let dataset = await storeDataset(store, { inputShape, train, test });
  if (encoders) {
    const plain = await store.getJson<{ parts: { test: object } }>(dataset);
    let offset = 0;
    const inputs = encoders.map((one) => {
      const width = featureNamesOf(one).length;
      offset += width;
      const place = { name: `in-${offset}`, shape: [width], offset: offset - width };
      return one.type === 'text' ? { ...place, vocabulary: 12 } : place;
    });
    const isText = encoders.some(({ type }) => type === 'text');
    const cells = shown && (await store.putJson({ columns: shown }, MEDIA_TYPE.json));
    dataset = await store.putJson(
      {
        ...plain,
        encoders,
        featureNames: encoders.flatMap(featureNamesOf),
        ...(isText && { inputs }),
        parts: { ...plain.parts, test: { ...plain.parts.test, ...(cells && { shown: cells }) } },
      },
      MEDIA_TYPE.dataset,
    );
  }
  const { hidden = [], weights } = given;
  const model = await storeModel(store, { inputShape, hidden, ...(weights && { weights }) });
  return { context, dataset, model };
}

async function run(
  {
    context,
    dataset,
    model,
  }: { context: ReturnType<typeof testContext> } & Record<'dataset' | 'model', ArtifactRef>,
  changes: Partial<With> & { readonly method: Method },
) {
  const outputs = await leavingNoTensors(() =>
    explainStep.run({ ...COMMON, dataset, model, ...changes }, context),
  );
  return { outputs, found: await context.store.getJson<Explanations>(outputs.explanations) };
}

const mlp: LayerSpec[] = [{ type: 'dense', units: 8, activation: 'tanh' }];
const word = (column: string): Encoder => ({
  ...{ type: 'text', tokenizer: 'word', column, lowercase: true, marks: false, length: 6 },
  vocabulary: ['good', 'bad', 'film', 'the', 'not', 'a', 'b', 'c'],
});
const reader: LayerSpec[] = [
  { type: 'embedding', vocabulary: 12, units: 4, maskZero: true },
  { type: 'gru', units: 3, returnSequences: false, reverse: false },
];

function textRows(texts: readonly string[]): Rows {
  const x = texts.map((text) => {
    const values = new Float32Array(6);
    openEncoder(word('t'), { columns: ['t'], cells: [[text]] }).write(0, values, 0);
    return Array.from(values);
  });
  return { x, y: texts.map((_, index) => index % 2) };
}

describe('explain by lime', () => {
  it('names the bins of a table in the units that people know', async () => {
    const values = 4;
    const encoders = Array.from({ length: values }, (_, index): Encoder => ({
      ...{ type: 'number', column: `width${index}`, scale: 'standard', imputed: 0 },
      ...{ offset: 100, divisor: 10 },
    }));
    const given = await problem({
      ...{ inputShape: [values], encoders, weights: logisticWeights([0, 6, 0, 0]) },
      ...{ train: noisyRows(80, values, 1), test: noisyRows(4, values, 2) },
    });
    const { outputs, found } = await run(given, { method: 'lime' });
    expect(outputs).toMatchObject({ method: 'lime', rows: 3, largestError: null });
    expect(outputs.topFeatures[0]!.feature).toBe('width1');
    expect(found.settings).toMatchObject({ domain: 'table', samples: 5000, kernelWidth: 1.5 });
    for (const row of found.rows) {
      const [strongest] = row.parts!;
      expect(strongest!.text).toMatch(/^(\d+\.\d\d < )?width1 (<= \d+\.\d\d|> \d+\.\d\d)$/);
      const border = Number(/(\d+\.\d\d)$/.exec(strongest!.text)![1]);
      expect(Math.abs(border - 100)).toBeLessThan(20);
      expect(row.attributions[1]).toBe(strongest!.value);
      const { r2, intercept, localPrediction } = row.surrogate!;
      const sum = row.parts!.reduce((total, { value }) => total + value, intercept);
      expect(localPrediction).toBeCloseTo(sum, 12);
      expect(r2).toBeGreaterThan(0.1);
      expect(row).toMatchObject({ evaluations: 5000, baseOutput: null, error: null });
      expect(row.samplingError).toBeLessThan(0.03);
    }
  });

  it('names the words of a text, and takes them out of what is written', async () => {
    const texts = ['the film is not bad', 'Good, good film!', 'word', '', 'a b c a'];
    const given = await problem({
      ...{ inputShape: [6], encoders: [word('t')], hidden: reader, shown: { t: texts } },
      ...{ train: textRows(texts), test: textRows(texts) },
    });
    const { outputs, found } = await run(given, { method: 'lime', limit: 5, samples: 600 });
    expect(outputs.topFeatures).toEqual([]);
    const names = found.rows.map(({ parts }) => parts!.map(({ text }) => text).toSorted());
    expect(names).toEqual([
      ['bad', 'film', 'is', 'not', 'the'],
      ['Good', 'film', 'good'],
      ['word'],
      [],
      ['a', 'b', 'c'],
    ]);
    const twice = found.rows[4]!;
    const a = twice.parts!.find(({ text }) => text === 'a')!.value;
    expect(twice.attributions[0]).toBeCloseTo(a / 2, 15);
    expect(twice.attributions[3]).toBe(twice.attributions[0]);
    expect(found.rows[3]).toMatchObject({ evaluations: 1, samplingError: null });
    // 600 samples of five words are at most 32 rows, of one word two.
    expect(outputs.evaluations.asked).toBeGreaterThan(4 * 600);
    expect(outputs.evaluations.made).toBeLessThan(32 + 8 + 2 + 1 + 8 + 1);
  });

  it('hides the tokens of a text that is not kept, and tells two texts apart', async () => {
    const rows = textRows(['good film the film', 'bad']);
    const double = { ...rows, x: rows.x.map((one) => [...one, ...one]) };
    const given = await problem({
      ...{ inputShape: [12], encoders: [word('title'), word('body')], train: double, test: double },
    });
    const { found } = await run(given, { method: 'lime', limit: 1, samples: 200 });
    const names = found.rows[0]!.parts!.map(({ text }) => text);
    expect(names.toSorted()).toEqual([
      ...['body: film', 'body: good', 'body: the', 'title: film', 'title: good', 'title: the'],
    ]);
  });

  it('weighs the superpixels of a picture', async () => {
    const shape = [12, 12, 1] as const;
    const encoder: Encoder = { type: 'picture', column: 'file', shape, fit: 'fill' };
    const half = (left: number, right: number) =>
      Array.from({ length: 144 }, (_, at) => (at % 12 < 6 ? left : right) + (at % 5) / 50);
    const test = { x: [half(0.1, 0.9), Array<number>(144).fill(0.5)], y: [0, 1] };
    // Reads the left half alone.
    const weights = Array.from({ length: 144 }, (_, at) => (at % 12 < 6 ? [0, at % 3] : [0, 0]));
    const given = await problem({
      ...{ inputShape: shape, encoders: [encoder], train: test, test },
      ...{ hidden: [{ type: 'flatten' }], weights: [...weights.flat(), 0, -20] },
    });
    const { found } = await run(given, { method: 'lime', segments: 9 });
    expect(found.settings).toMatchObject({
      domain: 'picture',
      samples: 1000,
      segmentation: 'slic',
    });
    const [two, plain] = found.rows;
    const right = two!.attributions.filter((_, at) => at % 12 >= 6);
    const left = two!.attributions.filter((_, at) => at % 12 < 6);
    expect(Math.max(...right.map(Math.abs))).toBeLessThan(Math.max(...left.map(Math.abs)) / 50);
    expect(two!.parts![0]!.text).toMatch(/^superpixel at x \d+, y \d+ \(\d+\.\d %\)$/);
    // What hides a segment of one colour is that colour.
    expect(Math.max(...plain!.attributions.map(Math.abs))).toBeLessThan(1e-6);
    const one = await run(given, { method: 'lime', segments: 1 });
    expect(one.found.rows[0]!.parts).toHaveLength(1);
  });

  it('gives nothing to a constant feature, nor where one row was trained on, nor to a model that is always sure', async () => {
    const train = noisyRows(40, 3, 1);
    const constant = { ...train, x: train.x.map(([a, , c]) => [a!, 7, c!]) };
    const test = { ...constant, x: constant.x.slice(0, 2), y: constant.y.slice(0, 2) };
    const given = await problem({ inputShape: [3], train: constant, test, hidden: mlp });
    const { found } = await run(given, { method: 'lime' });
    for (const row of found.rows) {
      expect(Math.abs(row.attributions[1]!)).toBeLessThan(1e-9);
      expect(Math.abs(row.attributions[0]!)).toBeGreaterThan(1e-4);
    }
    const alone = { x: [constant.x[5]!], y: [0] };
    const single = await problem({ inputShape: [3], train: alone, test, hidden: mlp });
    const nothing = await run(single, { method: 'lime' });
    expect(nothing.found.rows[0]!.attributions.every(Number.isFinite)).toBe(true);
    const sure = await problem({
      ...{ inputShape: [3], train: constant, test, weights: logisticWeights([0, 0, 0], 99) },
    });
    const same = await run(sure, { method: 'lime' });
    const [{ attributions, output, surrogate } = { output: 0 }] = same.found.rows;
    expect(attributions).toEqual([0, 0, 0]);
    expect(output).toBeGreaterThan(0.999);
    expect(surrogate).toEqual({ r2: 1, intercept: output, localPrediction: output });
  });

  it('refuses answers that are not finite, by permutation-shap too', async () => {
    const given = await problem({
      ...{ inputShape: [2], weights: logisticWeights([3, -3]) },
      train: noisyRows(9, 2, 1),
      test: { x: [[3e38, 3e38]], y: [0] },
    });
    for (const method of ['lime', 'permutation-shap'] as const) {
      await expect(run(given, { method })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    }
  });

  it('refuses rows of a text and numbers', async () => {
    const number: Encoder = {
      ...{ type: 'number', column: 'n', scale: 'none', offset: 0, divisor: 1, imputed: 0 },
    };
    const rows = textRows(['good']);
    const mixed = { ...rows, x: rows.x.map((one) => [...one, 1]) };
    const given = await problem({
      ...{ inputShape: [7], encoders: [word('t'), number], train: mixed, test: mixed },
    });
    await expect(run(given, { method: 'lime' })).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining('one input or several texts, and there are 2') as string,
    });
  });

  it.each(['lime', 'permutation-shap', 'kernel-shap'] as const)(
    'finds by %s the same whichever rows are beside, and again',
    async (method) => {
      const given = await problem({
        ...{
          inputShape: [12],
          train: noisyRows(60, 12, 1),
          test: noisyRows(6, 12, 2),
          hidden: mlp,
        },
      });
      const changes = { method, samples: 300 };
      const all = await run(given, { ...changes, limit: 6 });
      const alone = await run(given, { ...changes, limit: 1 });
      expect(alone.found.rows[0]).toEqual(all.found.rows[0]);
      const again = await run(given, { ...changes, limit: 6 });
      expect(again.outputs).toEqual(all.outputs);
      const other = await run(given, { ...changes, limit: 6, seed: 5 });
      expect(other.outputs.explanations).not.toEqual(all.outputs.explanations);
      const { asked, made } = all.outputs.evaluations;
      expect(asked).toBeGreaterThanOrEqual(made);
      const needed = all.found.rows.reduce((sum, { evaluations }) => sum + evaluations, 0);
      // And each row once, to find its class.
      expect(asked).toBe(needed + 6);
    },
  );

  it('says of adaptive sampling how far it went', async () => {
    const given = await problem({
      ...{ inputShape: [12], train: noisyRows(60, 12, 1), test: noisyRows(6, 12, 2), hidden: mlp },
    });
    for (const method of ['lime', 'permutation-shap', 'kernel-shap'] as const) {
      const adaptive = { confidence: 0.95, topFeatures: 3, width: 0.2, maxSamples: 40_000 };
      const { found } = await run(given, { method, adaptive });
      for (const row of found.rows) {
        expect(row.adaptive!.isTight).toBe(true);
        expect(row.adaptive!.width).toBeLessThanOrEqual(0.2);
        expect(row.adaptive!.samples).toBeLessThan(40_000);
      }
      expect(found.settings).toMatchObject({ maxSamples: 40_000, topFeatures: 3 });
    }
  });
});
