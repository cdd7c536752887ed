import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadPart } from '../../../src/data/load-part.ts';
import { readCsv } from '../../../src/data/read-csv.ts';
import type { Table } from '../../../src/data/table.ts';
import type { JsonObject } from '../../../src/json.ts';
import { columnSamples, type ReferenceRows } from '../../../src/ml/audit/column-drift.ts';
import { measureSample } from '../../../src/ml/audit/drift/measure-sample.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { storeTable } from '../../activities/trained-model.ts';
import { MemoryStore } from '../../memory-store.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'modelwright-drift-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const table = (csv: string): Promise<Table> => readCsv(Buffer.from(csv), scratch);
const ALL = { split: { train: 1, validation: 0, test: 0 } };

async function trainingPart(csv: string, given: JsonObject = ALL) {
  const store = new MemoryStore();
  return loadPart(store, await storeTable(store, csv, given), 'train');
}

const lines = (header: string, rows: readonly string[]): string => [header, ...rows, ''].join('\n');

/** A number, one with gaps, a category with gaps, a constant, two pixels with gaps. */
function mixedTable(): string {
  const random = new CounterRandom({ seed: 4, stream: 'column-drift' });
  const gap = (cell: string) => (random.uniform() < 0.2 ? '' : cell);
  const pixel = () => gap(String(Math.floor(random.uniform() * 4) * 5));
  const rows = Array.from({ length: 120 }, (_, row) =>
    [
      ...[(random.normal() * 1e5).toFixed(3), gap((random.normal() / 7).toFixed(6))],
      ...[gap('xyz'[row % 3] ?? ''), '4.2', pixel(), pixel(), row % 2 ? 'yes' : 'no'],
    ].join(','),
  );
  return lines('plain,gaps,letter,same,p0,p1,label', rows);
}

const measureColumns = (reference: ReferenceRows, current: Table) =>
  [...columnSamples(reference, current)].map((sample) =>
    measureSample(sample, { statistic: 'psi', seed: 0, permutations: 99 }),
  );

describe('columnSamples', () => {
  it.each(['standard', 'minmax', 'none'])(
    'finds no drift at all in the training rows themselves, scaled by %s',
    async (scale) => {
      const csv = mixedTable();
      const features = [
        { type: 'number', columns: ['plain', 'gaps', 'same'], scale },
        { type: 'category', columns: 'letter' },
      ];
      const found = [
        ...measureColumns(await trainingPart(csv, { ...ALL, features }), await table(csv)),
      ];
      expect(found).toEqual(
        ['plain', 'gaps', 'same', 'letter'].map((column) => ({ column, value: 0, pValue: 1 })),
      );
    },
  );

  it('takes each pixel as a feature', async () => {
    const csv = mixedTable();
    const features = [{ type: 'image', columns: 'p?', shape: [1, 2, 1], range: [0, 15] }];
    const part = await trainingPart(csv, { ...ALL, features });
    const found = [...measureColumns(part, await table(csv))];
    expect(found.map(({ column, value }) => [column, value])).toEqual([
      ['p0', 0],
      ['p1', 0],
    ]);
  });

  it('goes by the names of columns, and needs no target', async () => {
    const rows = Array.from({ length: 60 }, (_, row) => [row, row % 7]);
    const before = lines(
      'a,b,label',
      rows.map(([a, b]) => `${a},${b},${(a ?? 0) % 2}`),
    );
    const after = lines(
      'c,b,a',
      rows.map(([a, b]) => `7,${b},${a}`),
    );
    const found = [...measureColumns(await trainingPart(before), await table(after))];
    expect(found.map(({ column, value }) => [column, value])).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
  });

  describe('with empty cells', () => {
    // 0 to 9 and 30 gaps in 40 rows; the median 4.5 stands for a gap and is no cell's value.
    const before = lines(
      'a,label',
      Array.from({ length: 40 }, (_, row) => `${row < 10 ? row : ''},${row % 2}`),
    );
    const after = lines('a', [...Array.from({ length: 20 }, (_, row) => `${row % 10}`)]);

    it('has a bin for them, whatever value stands for them', async () => {
      const [found] = measureColumns(await trainingPart(before), await table(after));
      // Ten bins go from 1/40 to 1/10, that of the gaps from 3/4 to nothing.
      const expected =
        10 * (1 / 10 - 1 / 40) * Math.log(4) + (1e-4 - 3 / 4) * Math.log(1e-4 / (3 / 4));
      expect(found?.value).toBeCloseTo(expected, 10);
    });

    it('takes them as the value that stands for them where the data set does not say', async () => {
      const part = await trainingPart(before);
      const { missing, ...earlier } = part.manifest;
      expect(missing).toEqual({ a: 30 });
      const reference = { ...part, manifest: earlier };
      expect([...measureColumns(reference, await table(before))][0]?.value).toBe(0);
    });
  });

  it('has a bin for each category, for others and for none', async () => {
    const column = (cells: string) =>
      lines(
        'b',
        [...cells].map((cell) => (cell === '-' ? '""' : cell)),
      );
    const labelled = lines('b,label', ['x,1', 'x,2', 'y,1', ',2']);
    const [found] = measureColumns(await trainingPart(labelled), await table(column('xyqq')));
    // x ½ → ¼, y ¼ → ¼, unseen 0 → ½, missing ¼ → 0
    const term = (r: number, c: number) => (c - r) * Math.log(c / r);
    expect(found?.value).toBeCloseTo(
      term(1 / 2, 1 / 4) + term(1e-4, 1 / 2) + term(1 / 4, 1e-4),
      12,
    );
  });

  it.each([
    ['a column that is gone', 'b,c\nx,1\n', /no column "a"/],
    [
      'a cell that is no number',
      'a,b\n1,x\nmany,y\n',
      /Column "a", row 1 .*"many" is not a number/,
    ],
    ['NaN, which is text', 'a,b\nNaN,x\n', /"NaN" is not a number/],
  ])('refuses %s', async (_, csv, message) => {
    const before = lines('a,b,label', ['1,x,1', '2,y,2', '3,x,1']);
    const part = await trainingPart(before);
    const found = await table(csv);
    expect(() => [...measureColumns(part, found)]).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID', message: expect.stringMatching(message) }),
    );
  });
});
