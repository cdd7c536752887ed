import fc from 'fast-check';
import type { Encoder, WordEncoder } from '../../src/data/dataset.ts';
import { openEncoders } from '../../src/data/encode-rows.ts';
import { transcodeRows } from '../../src/data/transcode-rows.ts';

type NumberEncoder = Extract<Encoder, { type: 'number' }>;
const number = (column: string, offset = 0, divisor = 1): NumberEncoder => ({
  type: 'number',
  column,
  scale: 'standard',
  offset,
  divisor,
  imputed: offset,
});
const category = (column: string, ...categories: string[]): Encoder => ({
  type: 'category',
  column,
  categories,
});
const image = (columns: string[], range: [number, number]): Encoder => ({
  type: 'image',
  columns,
  shape: [1, columns.length, 1],
  range,
});
const transcode = (x: readonly number[], rows: number, from: Encoder[], to: Encoder[]) => [
  ...transcodeRows({ x: Float32Array.from(x), rows }, from, to),
];

describe('transcodeRows', () => {
  it('gives what the other encoders make of the same value, to float32', () => {
    const scaling = fc.record({
      offset: fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      divisor: fc.double({ min: 0.1, max: 1e3, noNaN: true }),
    });
    const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(value, scaling, scaling, (raw, a, b) => {
        const encoded = (raw - a.offset) / a.divisor;
        const [found = NaN] = transcode(
          [encoded],
          1,
          [number('v', a.offset, a.divisor)],
          [number('v', b.offset, b.divisor)],
        );
        const error = (Math.abs(encoded) * a.divisor) / b.divisor + Math.abs(found);
        expect(Math.abs(found - (raw - b.offset) / b.divisor)).toBeLessThanOrEqual(
          2 ** -23 * error + 1e-12,
        );
      }),
      { seed: 4 },
    );
  });

  it('passes on bit for bit what both encode alike', () => {
    const x = [0.1, 1 / 3, -7e-8, 12345.678].map(Math.fround);
    const same = [number('a', 0.3, 0.7), image(['b', 'c', 'd'], [3, 19])];
    expect(transcode(x, 1, same, same)).toEqual(x);
  });

  it('finds columns by name, in another order, fewer of them, and pixels as numbers', () => {
    const from = [number('a', 10, 2), image(['b', 'c'], [0, 16]), category('k', 'x', 'y')];
    const to = [number('c'), category('k', 'z', 'y', 'x'), number('a')];
    const rows = [1, 0.25, 0.5, 0, 1, -1, 0, 1, 1, 0];
    expect(transcode(rows, 2, from, to)).toEqual([8, 0, 1, 0, 12, 16, 0, 0, 1, 8]);
  });

  it('leaves a category that the data did not know as zeros', () => {
    expect(transcode([0, 0], 1, [category('k', 'x', 'y')], [category('k', 'y', 'w')])).toEqual([
      0, 0,
    ]);
  });

  it.each([
    ['lacks', [number('a')], [number('b')]],
    ['has as a category', [category('a', 'x')], [number('a')]],
    ['has as a number', [number('a')], [category('a', 'x')]],
  ] as [string, Encoder[], Encoder[]][])('refuses a column that the data %s', (_, from, to) => {
    expect(() => transcode([1], 1, from, to)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    );
  });

  it('makes nothing of no rows', () => {
    expect(transcode([], 0, [number('a')], [number('a')])).toEqual([]);
  });
});

describe('transcodeRows of what is no number', () => {
  const words = (vocabulary: string[], changes: Partial<WordEncoder> = {}): WordEncoder => ({
    type: 'text',
    column: 't',
    tokenizer: 'word',
    lowercase: true,
    marks: false,
    length: 4,
    vocabulary,
    ...changes,
  });
  const table = { columns: ['t'], cells: [['b a', 'new b a c', null]] };
  const encode = (...encoders: Encoder[]) => [
    ...openEncoders(encoders, table).encode(Int32Array.of(0, 1, 2)),
  ];

  it.each([
    [words(['a', 'b', 'c']), words(['c', 'a', 'b'])],
    [words(['a', 'b', 'c']), words(['b'], { length: 2 })],
    [words(['a', 'b', 'c']), words(['a', 'b', 'c'], { marks: true, length: 6 })],
    [words(['a', 'b', 'c'], { marks: true, length: 6 }), words(['b', 'c'], { length: 6 })],
  ])('gives the ids that the other vocabulary has for the same text', (from, to) => {
    expect(transcode(encode(from), 3, [from], [to])).toEqual(encode(to));
  });

  it.each<[Encoder, Encoder]>([
    [words(['a']), words(['a'], { lowercase: false })],
    [words(['a']), { ...words([]), tokenizer: 'bpe', tokens: 260, definition: {} }],
    [
      { type: 'picture', column: 'p', shape: [1, 1, 1], fit: 'fill' },
      { type: 'picture', column: 'p', shape: [1, 1, 1], fit: 'cover' },
    ],
  ])('is refused for what the row no longer says', (from, to) => {
    const x = new Float32Array(from.type === 'text' ? 4 : 1);
    expect(() => transcodeRows({ x, rows: 1 }, [from], [to])).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    );
  });

  it('scales years and steps anew, and leaves what is missing missing', () => {
    const date = (offset: number, divisor: number): Encoder => ({
      type: 'date',
      column: 'd',
      format: 'iso',
      parts: ['month', 'year'],
      year: { offset, divisor },
    });
    const steps = (offset: number, divisor: number): Encoder => ({
      type: 'sequence',
      columns: ['l'],
      layout: 'list',
      shape: [3, 1],
      scale: 'standard',
      offsets: [offset],
      divisors: [divisor],
    });
    const source = {
      columns: ['d', 'l'],
      cells: [
        ['2024-05-17', null, '1999-12-31'],
        ['[1,2,3]', '[4]', null],
      ],
    };
    const made = (...encoders: Encoder[]) =>
      openEncoders(encoders, source).encode(Int32Array.of(0, 1, 2));
    const [from, to] = [
      [steps(2, 4), date(2000, 8)],
      [date(1996, 2), steps(1, 0.5)],
    ];
    expect(transcodeRows({ x: made(...from), rows: 3 }, from, to)).toEqual(made(...to));
  });
});
