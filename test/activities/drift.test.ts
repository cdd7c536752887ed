import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { driftStep } from '../../src/activities/drift.ts';
import type { DriftStep } from '../../src/activities/step-types.ts';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import { DRIFT_STATISTICS } from '../../src/drift-statistics.ts';
import type { DriftReport } from '../../src/ml/audit/drift/drift-report.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import { trainStep } from '../../src/activities/train.ts';
import { architectStep } from '../../src/activities/architect.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';
import { storeTable, storeTrained, tableOf } from './trained-model.ts';

let place: TestPlace;
let data: ArtifactRef;
beforeAll(async () => {
  place = await makeTestPlace();
  data = await storeTable(place.store, tableOf(500));
});
afterAll(() => place.remove());

async function drift(given: Record<string, unknown>, csv?: string) {
  if (csv !== undefined) await writeFile(path.join(place.folder, 'new.csv'), csv);
  const input = decodeWith<DriftStep['with']>('drift', {
    ...(csv !== undefined && { source: 'new.csv' }),
    ...given,
  });
  return driftStep.run(input, place.context({ dataRoot: place.folder }));
}

const reportOf = ({ report }: DriftStep['outputs']) => place.store.getJson<DriftReport>(report);

describe.each(DRIFT_STATISTICS)('the step drift by %s', (statistic) => {
  it('finds nothing in other rows of the same distribution', async () => {
    const found = await drift({ reference: data, statistic }, tableOf(90));
    expect(found).toMatchObject({
      drifted: false,
      verdict: 'no-drift',
      statistic,
      rows: { reference: 350, current: 90 },
      compared: 2,
      driftedColumns: 0,
      predictions: null,
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('names the column that moved, the same of a file and of a data set', async () => {
    const csv = tableOf(300, { from: 30 });
    const ofFile = await drift({ reference: data, statistic }, csv);
    expect(ofFile).toMatchObject({ drifted: true, verdict: 'drift', driftedColumns: 1 });
    expect(ofFile.columns[0]).toMatchObject({ column: 'a', hasDrifted: true });
    expect(ofFile.columns[1]).toMatchObject({ column: 'b', hasDrifted: false });
    const all = { split: { train: 1, validation: 0, test: 0 } };
    const stored = await storeTable(place.store, csv, all);
    const ofDataset = await drift({ reference: data, statistic, current: stored, part: 'train' });
    expect(ofDataset.fingerprint).toBeNull();
    for (const column of ofFile.columns) {
      const other = ofDataset.columns.find((one) => one.column === column.column);
      // Values encoded otherwise and translated are as exact as float32.
      expect(other?.value).toBeCloseTo(column.value, 1);
      expect(other?.hasDrifted).toBe(column.hasDrifted);
    }
  });
});

describe('the step drift', () => {
  it('takes what a model was trained on as the reference', async () => {
    const model = await storeTrained(place.store, data);
    const csv = tableOf(90, { from: 30 });
    const [byModel, byData] = [await drift({ model }, csv), await drift({ reference: data }, csv)];
    expect(byModel).toEqual(byData);
  });

  it('writes the same bytes for the same input, with settings and seed', async () => {
    const given = { reference: data, statistic: 'wasserstein', seed: 5 };
    const csv = tableOf(90, { from: 3 });
    const [one, other] = [await drift(given, csv), await drift(given, csv)];
    expect(one.report.sha256).toBe(other.report.sha256);
    expect(await reportOf(one)).toMatchObject({
      ...{
        version: 1,
        statistic: 'wasserstein',
        threshold: 0.1,
        alpha: 0.05,
        features: 1,
        seed: 5,
      },
      columns: [{ column: expect.any(String) }, { column: expect.any(String) }],
    });
  });

  it('looks at the columns that it is told to, and wants as many as it is told', async () => {
    const csv = tableOf(90, { from: 30 });
    expect(await drift({ reference: data, columns: ['b'] }, csv)).toMatchObject({
      drifted: false,
      compared: 1,
    });
    expect(await drift({ reference: data, features: 2 }, csv)).toMatchObject({
      verdict: 'no-drift',
      driftedColumns: 1,
    });
    await expect(drift({ reference: data, features: 3 }, csv)).rejects.toMatchObject({
      code: 'SPEC_INVALID',
    });
    await expect(drift({ reference: data, columns: ['c'] }, csv)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('"c"'),
    });
  });

  it.each([0, 1, 49])('says nothing about %i rows, and warns', async (rows) => {
    place.logs.length = 0;
    const found = await drift({ reference: data }, tableOf(rows, { from: 1_000 }));
    expect(found).toMatchObject({
      drifted: false,
      verdict: 'too-few-rows',
      rows: { current: rows },
      compared: 0,
      columns: [],
    });
    expect(place.logs).toEqual([expect.stringMatching(/^warn drift: 350 and .* are too few/)]);
  });

  it('compares the classes that a model predicts, then and now', async () => {
    // The class follows from `a`: where that moves, so do the answers.
    const lines = (rows: number, from: number) =>
      Array.from({ length: rows }, (_, row) => {
        const a = from + (100 * row) / rows;
        return `${a},${'xyz'[row % 3] ?? ''},${a % 100 < 50 ? 'low' : 'high'}`;
      });
    const csv = (rows: number, from = 0) => ['a,b,label', ...lines(rows, from), ''].join('\n');
    const dataset = await storeTable(place.store, csv(400));
    const context = place.context();
    const { architecture } = await architectStep.run(
      decodeWith('architect', { dataset, family: 'mlp', hidden: [] }),
      context,
    );
    const { model } = await trainStep.run(
      decodeWith('train', {
        ...{ architecture, dataset, epochs: 60, optimizer: { type: 'adam', learningRate: 0.1 } },
      }),
      context,
    );
    const given = { model, predictions: true, columns: ['b'] };
    expect(await drift(given, csv(90))).toMatchObject({
      drifted: false,
      predictions: { hasDrifted: false },
    });
    const moved = await drift(given, csv(90, 60));
    expect(moved).toMatchObject({
      drifted: true,
      driftedColumns: 0,
      columns: [{ column: 'b' }],
      predictions: { hasDrifted: true },
    });
    const { predictions } = await reportOf(moved);
    const [high, low] = predictions?.classes ?? [];
    expect([high?.class, low?.class]).toEqual(['high', 'low']);
    expect((high?.current ?? 0) + (low?.current ?? 0)).toBe(90);
    expect(low?.current).toBeLessThan(5);
    expect(high?.reference).toBeGreaterThan(100);
  });

  it.each([
    ['SPEC_INVALID', {}, 'a,b\n'],
    ['SPEC_INVALID', { reference: true }, undefined],
    ['SPEC_INVALID', { reference: true, predictions: true }, 'a,b\n'],
    ['DATA_INVALID', { reference: true }, 'a,label\n1,x\n'],
    ['DATA_INVALID', { reference: true }, 'a,b\nmany,x\n'],
    ['DATA_NOT_FOUND', { reference: true, source: 'gone.csv' }, undefined],
    ['DATA_PATH_REFUSED', { reference: true, source: '../a.csv' }, undefined],
  ])('refuses with %s: %j, %j', async (code, given, csv) => {
    const reference = 'reference' in given ? { reference: data } : {};
    await expect(drift({ ...given, ...reference }, csv)).rejects.toMatchObject({ code });
  });

  it('refuses a data set of other columns, and a model that does not name its data', async () => {
    const other = await storeTable(
      place.store,
      [
        'c,label',
        ...Array.from({ length: 40 }, (_, row) => `${row},${'xy'[row % 2] ?? ''}`),
        '',
      ].join('\n'),
    );
    await expect(drift({ reference: data, current: other, part: 'train' })).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
    const model = await storeTrained(place.store, data, { data: null });
    await expect(drift({ model }, tableOf(90))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});
