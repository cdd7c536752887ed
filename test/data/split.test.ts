import fc from 'fast-check';
import { matchesPattern } from '../../src/data/feature-columns.ts';
import { blocksOf } from '../../src/data/row-blocks.ts';
import { apportion, splitRows } from '../../src/data/split.ts';

const rows = (count: number) =>
  blocksOf({ columns: ['x'], cells: [Array<null>(count).fill(null)] });

describe('apportion', () => {
  it.each([
    [10, [0.7, 0.1, 0.2], [7, 1, 2]],
    [7, [0.6, 0.2, 0.2], [4, 2, 1]],
    [1, [0.1, 0.45, 0.45], [1, 0, 0]],
    [2, [0.02, 0.49, 0.49], [1, 0, 1]],
    [0, [0.7, 0.1, 0.2], [0, 0, 0]],
    // A sum within the tolerance of 1e-6 must not hand out a row that is not there.
    [2_000_000, [0.7000009, 0.15, 0.15], [1_400_000, 300_000, 300_000]],
    [2_000_000, [0.6999991, 0.15, 0.15], [1_399_999, 300_001, 300_000]],
  ])('divides %i rows by %j into %j', (rows, shares, expected) => {
    expect(apportion(rows, shares)).toEqual(expected);
  });
});

describe('splitRows', () => {
  it('puts each row in one part, and every class into training', async () => {
    const labels = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 60, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(labels, fc.nat(), async (values, seed) => {
        const options = { train: 0.5, validation: 0.2, test: 0.3, stratify: true, seed };
        const labelled = Int32Array.from(values);
        const { train, validation, test } = await splitRows(labelled, options, rows(values.length));
        const all = [...train, ...validation, ...test].sort((a, b) => a - b);
        expect(all).toEqual(values.map((_, row) => row));
        const trained = new Set(Array.from(train, (row) => values[row]));
        expect(trained).toEqual(new Set(values));
      }),
    );
  });

  it('divides by the seed', async () => {
    const labels = new Int32Array(100);
    const split = async (seed: number): Promise<string> => {
      const options = { train: 0.5, validation: 0, test: 0.5, stratify: false, seed };
      return (await splitRows(labels, options, rows(100))).train.join();
    };
    expect(await split(1)).toBe(await split(1));
    expect(await split(1)).not.toBe(await split(2));
  });
});

describe('matchesPattern', () => {
  it.each([
    ['pixel_*', 'pixel_3_4', true],
    ['pixel_*', 'label', false],
    ['*', '', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*b*b', 'abab', true],
    ['*b*b', 'aba', false],
    ['a.c', 'abc', false],
  ])('%s against %s: %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });

  it('answers fast where a regular expression would take years', () => {
    expect(matchesPattern(`${'*a'.repeat(40)}b`, 'a'.repeat(5000))).toBe(false);
  });
});

describe('a split by a column', () => {
  const shares = { train: 0.5, validation: 0.25, test: 0.25, stratify: true, seed: 3 };
  const tableOf = (cells: (string | null)[]) => blocksOf({ columns: ['k'], cells: [cells] });
  const split = (cells: (string | null)[], options: object, labels?: Int32Array) =>
    splitRows(labels ?? new Int32Array(cells.length), { ...shares, ...options }, tableOf(cells));

  it('has no group in two parts, and keeps the shares but for a group', async () => {
    const groups = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 100, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(groups, fc.nat(), async (values, seed) => {
        const cells = values.map(String);
        const parts = await split(cells, { group: 'k', seed });
        const all = Object.values(parts).flatMap((rows) => [...rows]);
        expect(all.sort((a, b) => a - b)).toEqual(cells.map((_, row) => row));
        const names = Object.values(parts).map(
          (rows) => new Set(Array.from(rows, (row) => cells[row])),
        );
        const total = names.reduce((sum, one) => sum + one.size, 0);
        expect(total).toBe(new Set(cells).size);
        const largest = Math.max(
          ...[...new Set(values)].map((v) => values.filter((w) => w === v).length),
        );
        expect(Math.abs(parts.train.length - values.length / 2)).toBeLessThanOrEqual(largest);
      }),
      { seed: 5 },
    );
  });

  it.each([
    [
      ['3', '1', '10', '2'],
      [[1, 3], [0], [2]],
    ],
    [
      ['2024-02-01', '2024-01-31', '2023-12-31T23:59', '2024-02-01T08:00:00Z'],
      [[1, 2], [0], [3]],
    ],
    [
      ['5', '5', '5', '5'],
      [[0, 1], [2], [3]],
    ],
  ])('by time tests on the last rows: %j', async (cells, [train, validation, test]) => {
    const parts = await split(cells, { by: 'k' });
    expect([[...parts.train], [...parts.validation], [...parts.test]]).toEqual([
      train,
      validation,
      test,
    ]);
  });

  it('follows the names of the parts, and draws what validation lacks from the training rows', async () => {
    const named = await split(['test', 'train', 'validation', 'train'], { column: 'k' });
    expect([...named.train, ...named.validation, ...named.test]).toEqual([1, 3, 2, 0]);
    const cells = Array.from({ length: 48 }, (_, row) => (row < 40 ? 'train' : 'test'));
    const labels = Int32Array.from(cells, (_, row) => row % 2);
    const drawn = await split(cells, { column: 'k' }, labels);
    expect([...drawn.test]).toEqual([40, 41, 42, 43, 44, 45, 46, 47]);
    expect(drawn.validation).toHaveLength(10);
    expect([...drawn.validation].filter((row) => row % 2)).toHaveLength(5);
    expect((await split(cells, { column: 'k', validation: 0 })).train).toHaveLength(40);
  });

  it.each([
    ['DATA_INVALID', 'row 1 (from 0): the split needs a value', ['a', null], { group: 'k' }],
    [
      'DATA_INVALID',
      'row 1 (from 0): "17.05.2024" is no time',
      ['2024-01-01', '17.05.2024'],
      { by: 'k' },
    ],
    ['DATA_INVALID', 'row 0 (from 0): empty is no time', [null, '2024-01-01'], { by: 'k' }],
    ['DATA_INVALID', 'row 1 (from 0): "dev"; a part is', ['train', 'dev'], { column: 'k' }],
    ['DATA_INVALID', 'no row is for training', ['test', 'test'], { column: 'k' }],
    ['DATA_INVALID', 'part "test" gets no row', ['a', 'a', 'a', 'b'], { group: 'k' }],
    ['SPEC_INVALID', 'more than one', ['a', 'b'], { group: 'k', by: 'k' }],
  ] as const)('is refused with %s, saying "%s"', async (code, said, cells, options) => {
    await expect(split([...cells], options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(said) as string,
    });
  });
});
