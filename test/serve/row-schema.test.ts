import { Ajv } from 'ajv';
import fc from 'fast-check';
import type { Encoder } from '../../src/data/dataset.ts';
import { picturesInBase64 } from '../../src/data/incoming/picture-cells.ts';
import { createRowEncoder } from '../../src/data/incoming/row-encoder.ts';
import { isPipelineError } from '../../src/errors.ts';
import { readRows } from '../../src/serve/read-rows.ts';
import { rowSchema } from '../../src/serve/row-schema.ts';

const ENCODERS: readonly Encoder[] = [
  { type: 'number', column: 'size', scale: 'standard', offset: 3, divisor: 2, imputed: 1 },
  { type: 'category', column: 'colour', categories: ['green', 'red'] },
  { type: 'image', columns: ['p0', 'p1'], shape: [1, 2, 1], range: [0, 16] },
];

const reader = () => ({
  encoder: createRowEncoder(ENCODERS, { notation: 'json', pictures: picturesInBase64 }),
  target: 'kind',
  maxRows: 3,
});

async function isTaken(row: unknown): Promise<boolean> {
  try {
    await readRows({ rows: [row] }, reader());
    return true;
  } catch (error) {
    if (isPipelineError(error) && error.code === 'DATA_INVALID') return false;
    throw error;
  }
}

describe('rowSchema', () => {
  it('accepts exactly the rows that are predicted', async () => {
    const accepts = new Ajv({ allowUnionTypes: true }).compile(
      rowSchema({ encoders: ENCODERS, target: 'kind' }),
    );
    const cell = fc.oneof(
      fc.double({ noNaN: true }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
      fc.constantFrom(null, 'red', '', '7', true, 1e39, -3.4028234663852886e38, {}, [], [1]),
      fc.jsonValue(),
    );
    const row = fc.oneof(
      { weight: 1, arbitrary: fc.jsonValue() },
      {
        weight: 4,
        arbitrary: fc.record(
          { size: cell, colour: cell, p0: cell, p1: cell, more: cell },
          { requiredKeys: ['p0', 'p1'] },
        ),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          size: fc.option(fc.float({ noNaN: true, noDefaultInfinity: true })),
          colour: cell,
          p0: fc.integer(),
          p1: fc.constant(null),
        }),
      },
    );
    const seen = { true: 0, false: 0 };
    await fc.assert(
      fc.asyncProperty(row, async (value) => {
        const taken = await isTaken(value);
        seen[`${taken}`] += 1;
        expect({ value, taken }).toEqual({ value, taken: accepts(value) });
      }),
      { numRuns: 2000, seed: 11 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(100);
  });
});

describe('rowSchema of texts, dates and sequences', () => {
  const encoders: readonly Encoder[] = [
    {
      ...{ type: 'date', column: 'iso', format: 'iso', parts: ['month'] },
      year: { offset: 0, divisor: 1 },
    },
    {
      ...{ type: 'date', column: 'unix', format: 'unix', parts: ['month'] },
      year: { offset: 0, divisor: 1 },
    },
    {
      ...{ type: 'text', tokenizer: 'word', column: 'text', lowercase: true, marks: false },
      ...{ length: 4, vocabulary: ['a'] },
    },
    {
      ...{ type: 'sequence', layout: 'list', columns: ['list'], shape: [2, 1], scale: 'none' },
      ...{ offsets: [0], divisors: [1] },
    },
    {
      ...{ type: 'sequence', layout: 'list', columns: ['pairs'], shape: [2, 2], scale: 'none' },
      ...{ offsets: [0, 0], divisors: [1, 1] },
    },
    {
      ...{ type: 'sequence', layout: 'columns', columns: ['s0', 's1'], shape: [2, 1] },
      ...{ scale: 'none', offsets: [0], divisors: [1] },
    },
  ];
  const good = {
    ...{ iso: '2024-05-17', unix: 0, text: 'a', list: [1], pairs: [[1, 2]], s0: 1, s1: null },
  };

  it('agrees with what is read', async () => {
    const accepts = new Ajv({ allowUnionTypes: true }).compile(
      rowSchema({ encoders, target: 'kind' }),
    );
    const values = [
      ...[null, '', ' ', true, 0, 12.5, 1e300, 'x', '2024-05-17', ' 2024-5-7T09:30Z ', '17.5.2024'],
      ...[[], [1], [null, 2], [[1]], [[1, 2]], [[1, null], [3, 4], [5, 6]], [[1, 2], [3]], [['1', 2]]],
      ...[[1e39], {}, { length: 1 }, 'a'.repeat(65_536), 'a'.repeat(65_537), '😀'.repeat(65_536)],
    ]; // prettier-ignore
    const encoder = createRowEncoder(encoders, {
      ...{ notation: 'json', pictures: picturesInBase64 },
      texts: { each: 65_536, all: 2 ** 20 },
    });
    const counts = { true: 0, false: 0 };
    for (const column of encoder.columns) {
      for (const value of values) {
        // A schema says how a number is written, not in how many digits a text of one is.
        if (column === 'unix' && (typeof value === 'string' || value === 1e300)) continue;
        const row = { ...good, [column]: value };
        const taken = await readRows({ rows: [row] }, { encoder, target: 'kind', maxRows: 1 }).then(
          () => true,
          () => false,
        );
        counts[`${taken}`] += 1;
        expect({ column, value, taken }).toEqual({ column, value, taken: accepts(row) });
      }
    }
    expect(Math.min(counts.true, counts.false)).toBeGreaterThan(20);
  });

  it('asks for pictures in base64', () => {
    const picture: Encoder = { type: 'picture', column: 'p', shape: [2, 3, 1], fit: 'fill' };
    expect(rowSchema({ encoders: [picture], target: 'kind' })).toMatchObject({
      required: ['p'],
      properties: { p: { type: 'string', contentEncoding: 'base64' } },
    });
  });
});

describe('readRows', () => {
  const row = { size: 5, colour: 'red', p0: 0, p1: 16 };

  it('encodes rows as the model reads them, whatever the order of keys', async () => {
    const other = { p1: null, p0: 8, colour: 'blue', size: null, kind: 'x', note: 1 };
    const { x, rows, ignored, unseen } = await readRows({ rows: [row, other] }, reader());
    expect(Array.from(x)).toEqual([1, 0, 1, 0, 1, -1, 0, 0, 0.5, 0]);
    expect({ rows, ignored, unseen }).toEqual({
      rows: 2,
      ignored: ['note'],
      unseen: { colour: 1 },
    });
  });

  it.each([[null], [[]], [[row]], ['rows'], [{}], [{ rows: {} }], [{ rows: [] }], [7]])(
    'refuses the body %j',
    async (body) => {
      await expect(readRows(body, reader())).rejects.toMatchObject({ code: 'SERVE_INVALID' });
    },
  );

  it('refuses more rows than a request may have', async () => {
    await expect(readRows({ rows: [row, row, row, row] }, reader())).rejects.toMatchObject({
      code: 'SERVE_TOO_LARGE',
    });
  });

  it('names the rows and columns at fault', async () => {
    const faulty = [row, { ...row, size: '5' }, { colour: 'red' }];
    await expect(readRows({ rows: faulty }, reader())).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: 'row 1 (from 0), column "size": "5" is not a number',
      details: {
        faults: [
          { row: 1, column: 'size', message: '"5" is not a number' },
          { row: 2, column: 'size', message: 'there is no value' },
        ],
      },
    });
  });
});
