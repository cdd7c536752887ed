/** New data that comes as more and more files of one pattern. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compareWithTraining } from '../../src/activities/compare-with-training.ts';
import { measureDrift, type DriftQuestion } from '../../src/activities/measure-drift.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';
import { promoteModel, storeTable, storeTrained, tableOf } from './trained-model.ts';

let place: TestPlace;
beforeEach(async () => {
  place = await makeTestPlace();
  await mkdir(path.join(place.folder, 'project', 'in'), { recursive: true });
  const dataset = await storeTable(place.store, tableOf(500));
  await promoteModel(place.folder, await storeTrained(place.store, dataset), 'run-1');
});
afterEach(() => place.remove());

const write = (name: string, csv: string) =>
  writeFile(path.join(place.folder, 'project', 'in', name), csv);

const ask = (before?: DriftQuestion['before']) =>
  measureDrift(
    {
      ...{ check: 'check-1', source: 'in/day-*.csv', threshold: 0.2, features: 1, before },
      model: { name: 'digits', alias: 'production' },
    },
    {
      stateFolder: place.folder,
      dataRoot: path.join(place.folder, 'project'),
      store: place.store,
      note: () => undefined,
      compare: (job) =>
        compareWithTraining(job, { store: place.store, signal: new AbortController().signal }),
    },
  );

it('is compared as one table, and anew where a file is added', async () => {
  await write('day-1.csv', tableOf(40));
  expect(await ask()).toMatchObject({ state: 'too-few-rows', says: expect.stringMatching(/^40 /) });
  await write('day-2.csv', tableOf(40));
  const calm = await ask();
  expect(calm).toMatchObject({ state: 'no-drift' });
  expect(await ask(calm)).toMatchObject({ state: 'unchanged', key: calm.key });
  await write('day-3.csv', tableOf(200, { from: 80 }));
  const moved = await ask(calm);
  expect(moved).toMatchObject({ state: 'drift', strongest: [{ name: 'a' }] });
  expect(await ask(moved)).toMatchObject({ state: 'unchanged', key: moved.key });
});
