import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compareWithTraining } from '../../src/activities/compare-with-training.ts';
import type { DriftJob } from '../../src/activities/drift-job.ts';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';
import { storeTable, tableOf } from './trained-model.ts';

let place: TestPlace;
let data: ArtifactRef;
beforeAll(async () => {
  place = await makeTestPlace();
  await mkdir(path.join(place.folder, 'project'));
  data = await storeTable(place.store, tableOf(500));
});
afterAll(() => place.remove());

async function compare(csv: string, changes: Partial<DriftJob> = {}) {
  await writeFile(path.join(place.folder, 'project', 'new.csv'), csv);
  const job: DriftJob = {
    type: 'drift',
    storeFolder: '',
    dataRoot: path.join(place.folder, 'project'),
    source: 'new.csv',
    datasets: [data],
    statistic: 'psi',
    threshold: 0.2,
    features: 1,
    scratch: path.join(place.folder, 'scratch'),
    ...changes,
  };
  return compareWithTraining(job, { store: place.store, signal: new AbortController().signal });
}

describe('compareWithTraining', () => {
  it('finds no drift in other rows of the same distribution', async () => {
    expect(await compare(tableOf(90))).toMatchObject({
      verdict: 'no-drift',
      rows: 90,
      compared: 2,
      drifted: 0,
      strongest: [{ name: 'a' }, { name: 'b' }],
    });
  });

  it('finds a shifted number and a category that took over, the strongest first', async () => {
    expect(await compare(tableOf(90, { from: 30 }))).toMatchObject({
      verdict: 'drift',
      drifted: 1,
      strongest: [{ name: 'a' }],
    });
    const both = await compare(tableOf(90, { from: 30, letters: 'q' }));
    expect(both.strongest.map(({ name }) => name)).toEqual(['b', 'a']);
    // x, y and z from ⅓ each to nothing, an unseen letter from nothing to all.
    const term = (r: number, c: number) => (c - r) * Math.log(c / r);
    expect(both.strongest[0]?.value).toBeCloseTo(3 * term(1 / 3, 1e-4) + term(1e-4, 1), 2);
  });

  it('wants as many features as it is told, each above the threshold', async () => {
    const shifted = tableOf(90, { from: 30 });
    expect(await compare(shifted, { features: 2 })).toMatchObject({
      verdict: 'no-drift',
      drifted: 1,
    });
    expect((await compare(shifted, { threshold: 20 })).verdict).toBe('no-drift');
    await expect(compare(shifted, { features: 3 })).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  });

  it('takes a difference for drift only if chance does not explain it', async () => {
    // x from a third to a half: as far in few rows as in many.
    const threshold = 0.05;
    const few = await compare(tableOf(56, { letters: 'xyzx' }), { threshold });
    const many = await compare(tableOf(560, { letters: 'xyzx' }), { threshold });
    const index = 0.5 * Math.log(1.5) - Math.log(1.5) / 3 - (2 / 12) * Math.log(0.75);
    for (const { strongest } of [few, many]) {
      expect(strongest[0]?.name).toBe('b');
      expect(strongest[0]?.value).toBeCloseTo(index, 1);
    }
    expect(few).toMatchObject({ verdict: 'no-drift', drifted: 0 });
    expect(many).toMatchObject({ verdict: 'drift', drifted: 1 });
  });

  it.each([
    // Of even numbers up to 100 three tenths lie above 100 now; of three letters one is left.
    ['ks', 0.3, 2 / 3],
    ['chi-squared', Math.sqrt((3 * 0.1 + 0.3 ** 2 / 0.5) / 2), Math.sqrt(1 / 2)],
    ['wasserstein', 30 / Math.sqrt(100 ** 2 / 12), 2 / 3],
    ['jensen-shannon', 0.4685, Math.sqrt((1 / 3 + Math.log2(3 / 2)) / 2)],
  ] as const)('finds a shifted number and a category by %s', async (statistic, number, letters) => {
    const threshold = 0.1;
    expect(await compare(tableOf(90), { statistic, threshold })).toMatchObject({
      verdict: 'no-drift',
      drifted: 0,
      strongest: [{ statistic }, { statistic }],
    });
    const moved = await compare(tableOf(90, { from: 30, letters: 'x' }), { statistic, threshold });
    expect(moved).toMatchObject({ verdict: 'drift', drifted: 2 });
    const valueOf = (name: string) =>
      moved.strongest.find((one) => one.name === name)?.value ?? NaN;
    expect(Math.abs(valueOf('a') - number)).toBeLessThan(0.06);
    expect(Math.abs(valueOf('b') - letters)).toBeLessThan(0.05);
  });

  it('says nothing about fewer than 50 rows, new or trained on', async () => {
    const shifted = tableOf(49, { from: 1_000 });
    expect(await compare(shifted)).toMatchObject({ verdict: 'too-few-rows', rows: 49 });
    expect(await compare('a,b\n')).toMatchObject({ verdict: 'too-few-rows', rows: 0 });
    const small = await storeTable(place.store, tableOf(60));
    const found = await compare(tableOf(90, { from: 1_000 }), { datasets: [small] });
    expect(found).toMatchObject({ verdict: 'too-few-rows', rows: 42 });
  });

  it('compares with all that members of a fusion were trained on: one that drifted is enough', async () => {
    const other = await storeTable(place.store, tableOf(500, { from: 30 }));
    for (const from of [0, 30]) {
      const csv = tableOf(90, { from });
      const datasets = from === 0 ? [data, other] : [other, data];
      expect(await compare(csv, { datasets })).toMatchObject({ verdict: 'drift', drifted: 1 });
    }
  });

  it.each([
    ['DATA_INVALID', 'a,label\n1,x\n', 'new.csv'],
    ['DATA_INVALID', 'a,b\nmany,x\n', 'new.csv'],
    ['DATA_INVALID', 'a,b\n1\n', 'new.csv'],
    ['DATA_NOT_FOUND', 'a,b\n', 'gone.csv'],
    ['DATA_PATH_REFUSED', 'a,b\n', '../store'],
  ])('fails with %s on %j in %s', async (code, csv, source) => {
    await expect(compare(csv, { source })).rejects.toMatchObject({ code });
  });

  it('stops when it is told to', async () => {
    await writeFile(path.join(place.folder, 'project', 'new.csv'), tableOf(90));
    const stopped = compareWithTraining(
      {
        ...{ type: 'drift', storeFolder: '', source: 'new.csv', threshold: 0.2, features: 1 },
        statistic: 'psi',
        datasets: [data],
        dataRoot: path.join(place.folder, 'project'),
        scratch: path.join(place.folder, 'scratch'),
      },
      { store: place.store, signal: AbortSignal.abort(new Error('enough')) },
    );
    await expect(stopped).rejects.toThrow('enough');
  });
});
