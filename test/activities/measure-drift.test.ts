import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compareWithTraining } from '../../src/activities/compare-with-training.ts';
import type { DriftJob } from '../../src/activities/drift-job.ts';
import { measureDrift, type DriftQuestion } from '../../src/activities/measure-drift.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';
import { storeFusion } from './stored-models.ts';
import { promoteModel, storeTable, storeTrained, tableOf } from './trained-model.ts';

let place: TestPlace;
let jobs: DriftJob[];
let notes: string[];
beforeEach(async () => {
  place = await makeTestPlace();
  [jobs, notes] = [[], []];
  await mkdir(path.join(place.folder, 'project'));
});
afterEach(() => place.remove());

const write = (csv: string) => writeFile(path.join(place.folder, 'project', 'new.csv'), csv);

const ask = (changes: Partial<DriftQuestion> = {}) =>
  measureDrift(
    {
      ...{ check: 'check-1', source: 'new.csv', threshold: 0.2, features: 1 },
      model: { name: 'digits', alias: 'production' },
      ...changes,
    },
    {
      stateFolder: place.folder,
      dataRoot: path.join(place.folder, 'project'),
      store: place.store,
      note: (text) => void notes.push(text),
      compare: (job) => {
        jobs.push(job);
        const { signal } = new AbortController();
        return compareWithTraining(job, { store: place.store, signal });
      },
    },
  );

async function promoteTrained(csv: string, run: string, seed = 1) {
  const dataset = await storeTable(place.store, csv);
  const model = await storeTrained(place.store, dataset, { seed });
  return { dataset, model, version: await promoteModel(place.folder, model, run) };
}

describe('measureDrift', () => {
  it('has nothing to compare with where no version has the alias, and says so once', async () => {
    await write(tableOf(90));
    const found = await ask();
    expect(found).toMatchObject({ state: 'no-model', version: null, strongest: [] });
    await promoteTrained(tableOf(500), 'run-1');
    const model = { name: 'digits', alias: 'staging' };
    expect((await ask({ model })).state).toBe('no-model');
    await ask({ model, before: await ask({ model }) });
    expect(notes).toEqual([
      'drift of new.csv: no version of digits is production: nothing to compare with',
      ...new Array<string>(2).fill(
        'drift of new.csv: no version of digits is staging: nothing to compare with',
      ),
    ]);
    expect(jobs).toEqual([]);
  });

  it('says what drifted, from which version', async () => {
    await promoteTrained(tableOf(500), 'run-1');
    await write(tableOf(90, { from: 30 }));
    expect(await ask()).toMatchObject({
      state: 'drift',
      version: 1,
      says: expect.stringMatching(
        /^1 of 2 features drifted from what digits version 1 was trained on; the largest: a \(PSI \d\.\d\d\)$/,
      ),
      strongest: [{ name: 'a' }],
    });
    expect(notes).toEqual([]);
  });

  it('compares again for other data alone: new rows, or what another model was trained on', async () => {
    await promoteTrained(tableOf(500), 'run-1');
    await write(tableOf(90));
    const first = await ask();
    expect(first.state).toBe('no-drift');
    expect(await ask({ before: first })).toMatchObject({ state: 'unchanged', says: first.says });
    // The same data, fitted once more: no other evidence.
    await promoteTrained(tableOf(500), 'run-2', 2);
    expect(await ask({ before: first })).toMatchObject({ state: 'unchanged', version: 2 });
    expect(jobs).toHaveLength(1);
    await write(tableOf(91));
    const second = await ask({ before: first });
    expect(second.state).toBe('no-drift');
    await promoteTrained(tableOf(501), 'run-3');
    const third = await ask({ before: second });
    expect(third).toMatchObject({ state: 'no-drift', version: 3 });
    expect(jobs).toHaveLength(3);
    expect(new Set([first.key, second.key, third.key]).size).toBe(3);
  });

  it('notes rows that are too few, once', async () => {
    await promoteTrained(tableOf(500), 'run-1');
    await write(tableOf(20));
    const first = await ask();
    await ask({ before: first });
    expect(notes).toEqual([
      'drift of new.csv: 20 rows are too few to tell drift from chance; 50 are needed',
    ]);
  });

  it('compares with the data of every member of a fusion, each once', async () => {
    const one = await promoteTrained(tableOf(500), 'run-1');
    const two = await promoteTrained(tableOf(400), 'run-2');
    const again = await storeTrained(place.store, one.dataset, { seed: 3 });
    const fusion = await storeFusion(place.store, [one.model, two.model, again]);
    await promoteModel(place.folder, fusion, 'run-3');
    await write(tableOf(90));
    await ask();
    const expected = [one, two].map(({ dataset }) => dataset.sha256).sort();
    expect(jobs[0]?.datasets.map(({ sha256 }) => sha256)).toEqual(expected);
  });

  it('refuses a model that does not say what it was trained on', async () => {
    const dataset = await storeTable(place.store, tableOf(500));
    const model = await storeTrained(place.store, dataset, { data: null });
    await promoteModel(place.folder, model, 'run-1');
    await write(tableOf(90));
    await expect(ask()).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it('reads the commit where that holds the source, and the project where it does not', async () => {
    await promoteTrained(tableOf(500), 'run-1');
    const commit = 'c'.repeat(40);
    const checkout = path.join(place.folder, 'checkouts', commit);
    await mkdir(checkout, { recursive: true });
    await write(tableOf(90));
    expect((await ask({ commit })).state).toBe('no-drift');
    await writeFile(path.join(checkout, 'new.csv'), tableOf(90, { from: 30 }));
    expect((await ask({ commit })).state).toBe('drift');
    expect((await ask()).state).toBe('no-drift');
  });

  it.each([
    ['DATA_NOT_FOUND', 'gone.csv'],
    ['DATA_PATH_REFUSED', '../artifacts'],
    ['DATA_PATH_REFUSED', '/etc/passwd'],
  ])('fails with %s on %s before anything is compared', async (code, source) => {
    await promoteTrained(tableOf(500), 'run-1');
    await expect(ask({ source })).rejects.toMatchObject({ code });
    expect(jobs).toEqual([]);
  });

  it('leaves no copy of the data, also where the comparison fails', async () => {
    await promoteTrained(tableOf(500), 'run-1');
    await write(tableOf(90));
    await ask();
    await write('a,b\nmany,x\n');
    await expect(ask()).rejects.toMatchObject({ code: 'DATA_INVALID' });
    const scratch = path.dirname(jobs[0]!.scratch);
    expect(existsSync(scratch) ? await readdir(scratch) : []).toEqual([]);
  });
});
