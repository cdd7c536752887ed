import { Ajv } from 'ajv';
import fc from 'fast-check';
import type { Encoder } from '../../src/data/dataset.ts';
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
  encoder: createRowEncoder(ENCODERS, 'json'),
  target: 'kind',
  maxRows: 3,
});

function isTaken(row: unknown): boolean {
  try {
    readRows({ rows: [row] }, reader());
    return true;
  } catch (error) {
    if (isPipelineError(error) && error.code === 'DATA_INVALID') return false;
    throw error;
  }
}

describe('rowSchema', () => {
  it('accepts exactly the rows that are predicted', () => {
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
    fc.assert(
      fc.property(row, (value) => {
        const taken = isTaken(value);
        seen[`${taken}`] += 1;
        expect({ value, taken }).toEqual({ value, taken: accepts(value) });
      }),
      { numRuns: 2000, seed: 11 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(100);
  });
});

describe('readRows', () => {
  const row = { size: 5, colour: 'red', p0: 0, p1: 16 };

  it('encodes rows as the model reads them, whatever the order of keys', () => {
    const other = { p1: null, p0: 8, colour: 'blue', size: null, kind: 'x', note: 1 };
    const { x, rows, ignored, unseen } = readRows({ rows: [row, other] }, reader());
    expect(Array.from(x)).toEqual([1, 0, 1, 0, 1, -1, 0, 0, 0.5, 0]);
    expect({ rows, ignored, unseen }).toEqual({
      rows: 2,
      ignored: ['note'],
      unseen: { colour: 1 },
    });
  });

  it.each([[null], [[]], [[row]], ['rows'], [{}], [{ rows: {} }], [{ rows: [] }], [7]])(
    'refuses the body %j',
    (body) => {
      expect(() => readRows(body, reader())).toThrow(
        expect.objectContaining({ code: 'SERVE_INVALID' }) as Error,
      );
    },
  );

  it('refuses more rows than a request may have', () => {
    expect(() => readRows({ rows: [row, row, row, row] }, reader())).toThrow(
      expect.objectContaining({ code: 'SERVE_TOO_LARGE' }) as Error,
    );
  });

  it('names the rows and columns at fault', () => {
    const faulty = [row, { ...row, size: '5' }, { colour: 'red' }];
    expect(() => readRows({ rows: faulty }, reader())).toThrow(
      expect.objectContaining({
        code: 'DATA_INVALID',
        message: 'row 1 (from 0), column "size": "5" is not a number',
        details: {
          faults: [
            { row: 1, column: 'size', message: '"5" is not a number' },
            { row: 2, column: 'size', message: 'there is no value' },
          ],
        },
      }) as Error,
    );
  });
});
