import { changeCells, type CellChange } from '../../src/data/change-cells.ts';
import type { Encoder } from '../../src/data/dataset.ts';

const NUMBER: Encoder = {
  ...{ type: 'number', column: 'amount', scale: 'standard', offset: 100, divisor: 50, imputed: 90 },
};
const CATEGORY: Encoder = { type: 'category', column: 'sex', categories: ['female', 'male'] };
const PICTURE: Encoder = {
  ...{ type: 'image', columns: ['p0', 'p1', 'p2', 'p3'], shape: [2, 2, 1], range: [0, 8] },
};
const TEXT: Encoder = {
  ...{ type: 'text', column: 'mail', lowercase: true, marks: false, length: 4 },
  ...{ tokenizer: 'word', vocabulary: ['hello', 'anna', 'ben', 'goodbye'] },
};

const change = (
  encoders: readonly Encoder[],
  rows: readonly (readonly number[])[],
  asked: CellChange,
  shown: Record<string, readonly (string | null)[]> = {},
) =>
  changeCells(
    { encoders, x: Float32Array.from(rows.flat()), rows: rows.length, shown },
    rows.map((_, row) => row),
    asked,
  ).then((found) => found.map(({ values, ...told }) => ({ ...told, values: [...values] })));

describe('changeCells', () => {
  it('sets a category and leaves out rows that have it already', async () => {
    const found = await change(
      [NUMBER, CATEGORY],
      [
        [0, 1, 0],
        [1, 0, 1],
        [2, 0, 0],
      ],
      {
        ...{ column: 'sex', to: ['male'] },
      },
    );
    expect(found).toEqual([
      { row: 0, before: 'sex female', after: 'sex male', values: [0, 0, 1] },
      { row: 2, before: 'sex (empty)', after: 'sex male', values: [2, 0, 1] },
    ]);
  });

  it('adds to and multiplies a number in the units of the source', async () => {
    expect(await change([NUMBER], [[1]], { column: 'amount', add: 25 })).toEqual([
      { row: 0, before: 'amount 150', after: 'amount 175', values: [1.5] },
    ]);
    expect(await change([NUMBER], [[1]], { column: 'amount', multiply: 2 })).toEqual([
      { row: 0, before: 'amount 150', after: 'amount 300', values: [4] },
    ]);
    expect(await change([NUMBER], [[1]], { column: 'amount', add: 0 })).toEqual([]);
  });

  it('takes other numbers, an empty one as what stands for it, and single pixels', async () => {
    const to = await change([NUMBER], [[1]], { column: 'amount', to: [50, null] });
    expect(to.map(({ values }) => values[0])).toEqual([-1, Math.fround(-0.2)]);
    const [pixel] = await change([NUMBER, PICTURE], [[0, 0, 0, 0, 0]], { column: 'p2', to: [8] });
    expect(pixel?.values).toEqual([0, 0, 0, 1, 0]);
    const [more] = await change([PICTURE], [[0, 0.5, 0, 0]], { column: 'p1', add: 2 });
    expect(more?.values).toEqual([0, 0.75, 0, 0]);
  });

  it('replaces whole words of a text, whatever their case', async () => {
    const rows = [
      [4, 5, 0, 0],
      [4, 7, 0, 0],
      [4, 1, 0, 0],
    ];
    const shown = { mail: ['Hello ANNA', 'hello goodbye', 'hello annabel'] };
    const replace = [{ from: 'anna', to: ['ben', 'zoe'] }];
    const found = await change([TEXT], rows, { column: 'mail', replace }, shown);
    expect(found).toEqual([
      { row: 0, before: 'Hello ANNA', after: 'Hello ben', values: [4, 6, 0, 0] },
      { row: 0, before: 'Hello ANNA', after: 'Hello zoe', values: [4, 1, 0, 0] },
    ]);
  });

  it('takes letters of a word for themselves, and those of its stead', async () => {
    const shown = { mail: ['costs $5 (a.b)'] };
    const replace = [{ from: 'a.b', to: ['$& hello'] }];
    const [found] = await change([TEXT], [[1, 1, 1, 0]], { column: 'mail', replace }, shown);
    expect(found?.after).toBe('costs $5 ($& hello)');
  });

  it('brightens pictures within their range, and moves them over background', async () => {
    const [bright] = await change([PICTURE], [[0, 0.25, 0.5, 1]], { brightness: [0.5] });
    expect(bright?.values).toEqual([0.5, 0.75, 1, 1]);
    const moved = await change([PICTURE], [[0.25, 0.5, 0.75, 1]], {
      shift: [
        [1, 0],
        [0, -1],
      ],
    });
    expect(moved.map(({ values }) => values)).toEqual([
      [0, 0, 0.25, 0.5],
      [0.5, 0, 1, 0],
    ]);
  });

  it.each<[string, CellChange, RegExp]>([
    ['a column that is not read', { column: 'age', add: 1 }, /does not read the column "age"/],
    ['a category that training lacks', { column: 'sex', to: ['x'] }, /"x" is a category that/],
    ['a text for a number', { column: 'amount', to: ['many'] }, /not a number/],
    ['adding to a category', { column: 'sex', add: 1 }, /"sex" is no number/],
    ['words of a number', { column: 'amount', replace: [{ from: 'a', to: ['b'] }] }, /no text/],
    ['brightness of no picture', { brightness: [0.1] }, /picture/],
    ['a shift of a number', { column: 'amount', shift: [[1, 1]] }, /no picture/],
  ])('refuses %s', async (_, asked, message) => {
    await expect(change([NUMBER, CATEGORY], [[0, 1, 0]], asked)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(message),
    });
  });
});
