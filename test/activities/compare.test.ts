import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compareStep } from '../../src/activities/compare.ts';
import type { CompareStep } from '../../src/activities/step-types.ts';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { DatasetManifest, Encoder } from '../../src/data/dataset.ts';
import type {
  InputContract,
  ModelManifest,
  RowSelection,
  TrainingRecord,
} from '../../src/ml/model.ts';
import { openModelRegistry } from '../../src/registry/model-registry.ts';
import {
  leavingNoTensors,
  logisticWeights,
  storeDataset,
  storeModel,
  testContext,
  type Rows,
  type TestContext,
} from './small-problem.ts';
import { storeFusion } from './stored-models.ts';

type Network = Extract<ModelManifest, { type: 'network' }>;

let stateFolder: string;
let context: TestContext & { stateFolder: string };
let promotions = 0;
beforeEach(async () => {
  stateFolder = await mkdtemp(path.join(tmpdir(), 'modelwright-compare-'));
  context = { ...testContext(), stateFolder };
});
afterEach(() => rm(stateFolder, { recursive: true, force: true }));

/** Says yes where w·x + b > 0. */
const model = (w: readonly number[], b = 0): Promise<ArtifactRef> =>
  storeModel(context.store, { inputShape: [w.length], weights: logisticWeights(w, b) });

async function inProduction(ref: ArtifactRef): Promise<ArtifactRef> {
  promotions += 1;
  await openModelRegistry(stateFolder).promote({
    name: 'm', alias: 'production', model: ref, run: { ...context.run, id: `earlier-${promotions}` },
    step: 'promote', metrics: {}, auditStatus: null, reviewVerdict: null,
  }); // prettier-ignore
  return ref;
}

/** −1, −0.9, … without 0: whether they are positive is what there is to learn. */
const line = (rows: number): Rows => {
  const x = Array.from({ length: rows }, (_, i) => [(i + 0.5 - rows / 2) / (rows / 2)]);
  return { x, y: x.map(([value]) => Number(value! > 0)) };
};
const dataOf = (test: Rows, more: Partial<Record<'train' | 'validation', Rows>> = {}) =>
  storeDataset(context.store, { inputShape: [test.x[0]!.length], test, ...more });

const compare = (
  candidate: ArtifactRef,
  dataset: ArtifactRef,
  changes: Partial<CompareStep['with']> = {},
) =>
  compareStep.run(
    {
      candidate, dataset, production: { name: 'm', alias: 'production' }, part: 'test',
      alpha: 0.05, minImprovement: 0, maxItems: 20, seed: 1, ...changes,
    },
    context,
  ); // prettier-ignore

const flaggedOf = ({ flagged }: CompareStep['outputs']) =>
  context.store.getJson<RowSelection>(flagged);

async function change<T>(ref: ArtifactRef, edit: (value: T) => T): Promise<ArtifactRef> {
  return context.store.putJson(edit(await context.store.getJson<T>(ref)), ref.mediaType);
}

const trainedOn = (ref: ArtifactRef, more: Partial<TrainingRecord>) =>
  change<Network>(ref, (manifest) => ({
    ...manifest,
    trainedOn: { dataset: '', backend: '', ...manifest.trainedOn, ...more },
  }));

describe('the verdict', () => {
  it('is first where nothing is in production, and flags nothing', async () => {
    const outputs = await compare(await model([1], -0.2), await dataOf(line(20)));
    expect(outputs).toMatchObject({
      verdict: 'first', pValue: null, difference: null, candidateAccuracy: 0.9,
      productionAccuracy: null, productionVersion: null, rows: 20, flaggedRows: 0,
    }); // prettier-ignore
    expect((await flaggedOf(outputs)).rows).toEqual([]);
  });

  it.each([
    ['better', 0, 0.4],
    ['worse', 0.4, 0],
  ])('is %s where the pairs say so, and flags nothing', async (verdict, ours, theirs) => {
    await inProduction(await model([1], theirs));
    const outputs = await compare(await model([1], ours), await dataOf(line(40)));
    // Eight rows between 0 and 0.4, all of them lost by the shifted model: p = 2 / 2⁸.
    expect(outputs).toMatchObject({
      verdict,
      pValue: expect.closeTo(2 / 256, 12),
      disagreements: 8,
      flaggedRows: 0,
    });
    expect(Math.abs(outputs.difference?.value ?? 0)).toBeCloseTo(0.2, 12);
    expect((await flaggedOf(outputs)).rows).toEqual([]);
  });

  it('is unsure of a gain that is real but smaller than asked for', async () => {
    await inProduction(await model([1], 0.4));
    const outputs = await compare(await model([1]), await dataOf(line(40)), {
      minImprovement: 0.3,
    });
    expect(outputs).toMatchObject({
      verdict: 'unsure',
      pValue: expect.closeTo(2 / 256, 12),
      flaggedRows: 8,
    });
  });

  it('is the same where both say the same of every row, however sure they are', async () => {
    await inProduction(await model([1]));
    const outputs = await compare(await model([7]), await dataOf(line(20)));
    expect(outputs).toMatchObject({ verdict: 'same', pValue: 1, disagreements: 0, flaggedRows: 0 });
  });

  it('is unsure of few rows: it flags those they disagree on, the least sure first', async () => {
    await inProduction(await model([1], -0.3));
    const outputs = await compare(await model([1]), await dataOf(line(20)), { maxItems: 2 });
    expect(outputs).toMatchObject({
      verdict: 'unsure', pValue: expect.closeTo(0.25, 12), disagreements: 3, flaggedRows: 2, productionVersion: 1,
      candidateAccuracy: 1, productionAccuracy: 0.85,
    }); // prettier-ignore
    expect(await flaggedOf(outputs)).toEqual({
      part: 'test',
      rows: [
        { row: 10, sourceRow: 110, reason: 'the new model says yes (0.51), production says no (0.56)' },
        { row: 11, sourceRow: 111, reason: 'the new model says yes (0.54), production says no (0.54)' },
      ],
    }); // prettier-ignore
    const report = await context.store.getJson<Record<string, unknown>>(outputs.report);
    expect(report).toMatchObject({
      verdict: 'unsure', alpha: 0.05,
      counts: { bothRight: 17, candidateOnly: 3, productionOnly: 0, bothWrong: 0 },
    }); // prettier-ignore
  });

  it('is the same JSON for the same input', async () => {
    await inProduction(await model([1], -0.3));
    const [candidate, data] = [await model([1]), await dataOf(line(20))];
    expect(await compare(candidate, data)).toEqual(await compare(candidate, data));
  });

  it('leaves no tensor behind, whether it ends well or not', async () => {
    await inProduction(await model([1], -0.3));
    const [candidate, data] = [await model([1]), await dataOf(line(20))];
    await leavingNoTensors(() => compare(candidate, data));
    const other = await model([1, 1]);
    await leavingNoTensors(() => expect(compare(other, data)).rejects.toThrow());
  });
});

describe('the model in production', () => {
  const encoded = (offset: number, divisor: number): Encoder[] => [
    { type: 'number', column: 'f0', scale: 'standard', offset, divisor, imputed: 0 },
  ];
  const withInput = (ref: ArtifactRef, input: Partial<InputContract>) =>
    change<Network>(ref, (manifest) => ({ ...manifest, input: { ...manifest.input, ...input } }));

  it('reads the rows through its own encoders', async () => {
    // Positive means above 100 in its own units, and above 4 times 25 in those of the data.
    await inProduction(await withInput(await model([1]), { encoders: encoded(100, 50) }));
    const data = await change<DatasetManifest>(await dataOf(line(20)), (manifest) => ({
      ...manifest,
      encoders: encoded(100, 25),
    }));
    expect(await compare(await model([1]), data)).toMatchObject({
      verdict: 'same',
      productionAccuracy: 1,
    });
    // Read with an offset of 110, the four rows up to 0.4 · 25 fall to the other side.
    await inProduction(await withInput(await model([1]), { encoders: encoded(110, 50) }));
    expect(await compare(await model([1]), data)).toMatchObject({
      disagreements: 4,
      productionAccuracy: 0.8,
    });
  });

  it('is refused if it reads a column that the data lack', async () => {
    const encoders = [{ ...encoded(0, 1)[0], column: 'gone' }] as Encoder[];
    await inProduction(await withInput(await model([1]), { encoders }));
    const refused = expect(compare(await model([1]), await dataOf(line(20)))).rejects;
    await refused.toMatchObject({ code: 'SHAPE_MISMATCH' });
  });

  it('has its classes matched by name, and is wrong where it lacks one', async () => {
    const classes = ['yes', 'no'];
    await inProduction(await withInput(await model([-1]), { classes }));
    const data = await dataOf(line(20));
    expect(await compare(await model([1]), data)).toMatchObject({ productionAccuracy: 1 });
    await inProduction(await withInput(await model([1]), { classes: ['no', 'perhaps'] }));
    expect(await compare(await model([1]), data)).toMatchObject({ productionAccuracy: 0.5 });
    await inProduction(await withInput(await model([1]), { classes: ['maybe', 'perhaps'] }));
    await expect(compare(await model([1]), data)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
  });
});

it('refuses a candidate that does not fit the data', async () => {
  const candidate = await model([1, 1]);
  const refused = expect(compare(candidate, await dataOf(line(20)))).rejects;
  await refused.toMatchObject({ code: 'SHAPE_MISMATCH' });
});

describe('rows that a model was fitted to', () => {
  const part = ({ x, y }: Rows, from: number, to: number): Rows => ({
    x: x.slice(from, to),
    y: y.slice(from, to),
  });
  const all = line(20);

  it('are left out, of training and validation, but not of its test part', async () => {
    const earlier = await storeDataset(context.store, {
      inputShape: [1], train: part(all, 0, 6), validation: part(all, 6, 8), test: part(all, 8, 12),
    }); // prettier-ignore
    await inProduction(await trainedOn(await model([1], -0.3), { data: earlier }));
    const outputs = await compare(await model([1]), await dataOf(all));
    expect(outputs).toMatchObject({ rows: 12, leftOut: 8, disagreements: 3 });
    expect((await flaggedOf(outputs)).rows.map(({ row }) => row)).toEqual([10, 11, 12]);
  });

  it('stay if the label was another: such a row was not learned', async () => {
    const wrong = { ...part(all, 0, 6), y: [1, 1, 1, 1, 1, 1] };
    const earlier = await storeDataset(context.store, { inputShape: [1], train: wrong });
    await inProduction(await trainedOn(await model([1], -0.3), { data: earlier }));
    expect(await compare(await model([1]), await dataOf(all))).toMatchObject({ leftOut: 0 });
  });

  it('are found through fusions and through what training started from', async () => {
    const data = (from: number, to: number) =>
      storeDataset(context.store, { inputShape: [1], train: part(all, from, to) });
    const grandparent = await trainedOn(await model([1]), { data: await data(0, 2) });
    const parent = await trainedOn(await model([2]), {
      data: await data(2, 4),
      startedFrom: grandparent,
    });
    const child = await trainedOn(await model([3]), {
      data: await data(4, 6),
      startedFrom: parent,
    });
    const other = await trainedOn(await model([1], -0.3), { data: await data(6, 7) });
    const fusion = await storeFusion(context.store, [child, other]);
    const input = (await context.store.getJson<Network>(child)).input;
    const whole = await change<ModelManifest>(fusion, (manifest) => ({ ...manifest, input }));
    await inProduction(whole);
    const candidate = await trainedOn(await model([1]), { data: await data(7, 8) });
    expect(await compare(candidate, await dataOf(all))).toMatchObject({ rows: 12, leftOut: 8 });
  });

  it('are found in data that were encoded otherwise', async () => {
    const scaled = { ...all, x: all.x.map(([value]) => [value! * 3 - 1]) };
    const earlier = await change<DatasetManifest>(
      await storeDataset(context.store, { inputShape: [1], train: part(scaled, 0, 5) }),
      (manifest) => ({
        ...manifest,
        // value = 3·x − 1 as encoded; x = (encoded + 1) / 3
        encoders: [
          { type: 'number', column: 'f0', scale: 'standard', offset: 1 / 3, divisor: 1 / 3, imputed: 0 },
        ],
      }),
    ); // prettier-ignore
    await inProduction(await trainedOn(await model([1], -0.3), { data: earlier }));
    expect(await compare(await model([1]), await dataOf(all))).toMatchObject({ leftOut: 5 });
  });

  it('end the comparison where none other is left', async () => {
    const earlier = await storeDataset(context.store, { inputShape: [1], train: all });
    await inProduction(await trainedOn(await model([1]), { data: earlier }));
    const refused = expect(compare(await model([1]), await dataOf(all))).rejects;
    await refused.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('are told as unknown where a model does not say what it was trained on', async () => {
    await inProduction(await model([1], -0.3));
    const warned = () => context.lines.some(({ level }) => level === 'warn');
    await compare(await model([1]), await dataOf(all));
    expect(warned()).toBe(true);
    context.lines.length = 0;
    const data = await dataOf(all);
    await inProduction(await trainedOn(await model([1], -0.3), { data }));
    await compare(await trainedOn(await model([1]), { data }), data);
    expect(warned()).toBe(false);
    const lost = { ...data, sha256: '1'.repeat(64), uri: `artifact://sha256/${'1'.repeat(64)}` };
    await inProduction(await trainedOn(await model([1], -0.3), { data: lost }));
    await compare(await trainedOn(await model([1]), { data }), data);
    expect(warned()).toBe(true);
  });

  it('of validation count for the test part alone', async () => {
    const data = await storeDataset(context.store, { inputShape: [1], validation: all });
    await inProduction(await trainedOn(await model([1], -0.3), { data }));
    const candidate = await trainedOn(await model([1]), { data });
    const outputs = await compare(candidate, data, { part: 'validation' });
    expect(outputs).toMatchObject({ rows: 20, leftOut: 0 });
    expect((await flaggedOf(outputs)).part).toBe('validation');
    expect(MEDIA_TYPE.comparison).toBe(outputs.report.mediaType);
  });
});
