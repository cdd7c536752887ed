import fc from 'fast-check';
import type { Encoder } from '../../src/data/dataset.ts';
import { decodeRow } from '../../src/data/decode-row.ts';

const AGE: Encoder = {
  type: 'number',
  column: 'age',
  scale: 'standard',
  offset: 40,
  divisor: 12.5,
  imputed: 39,
};
const COLOUR: Encoder = { type: 'category', column: 'colour', categories: ['blue', 'red'] };
const PICTURE: Encoder = {
  type: 'image',
  columns: ['p0', 'p1', 'p2', 'p3'],
  shape: [2, 2, 1],
  range: [0, 16],
};

it('gives numbers and categories their columns and units back', () => {
  expect(decodeRow([AGE, COLOUR], Float32Array.of(-0.4, 0, 1))).toEqual({
    kind: 'row',
    values: { age: 35, colour: 'red' },
  });
});

it('keeps a column that is called __proto__', () => {
  const odd = { ...AGE, column: '__proto__' };
  const { values } = decodeRow([odd, COLOUR], Float32Array.of(-0.4, 0, 1)) as { values: object };
  expect(Object.entries(values)).toEqual([
    ['__proto__', 35],
    ['colour', 'red'],
  ]);
});

it('shows a category that no training row had as unknown', () => {
  expect(decodeRow([COLOUR], Float32Array.of(0, 0))).toEqual({
    kind: 'row',
    values: { colour: null },
  });
});

it('shows a picture in its shape, in [0, 1]', () => {
  expect(decodeRow([PICTURE], Float32Array.of(0, 0.0625, 0.5, 1))).toEqual({
    kind: 'image',
    shape: [2, 2, 1],
    pixels: [0, 0.0625, 0.5, 1],
  });
});

it('shows a picture beside other columns as a picture', () => {
  expect(decodeRow([PICTURE, COLOUR], Float32Array.of(0, 0.0625, 0.5, 1, 1, 0))).toEqual({
    kind: 'row',
    values: { colour: 'blue' },
    pictures: { p0: { shape: [2, 2, 1], pixels: [0, 0.0625, 0.5, 1] } },
  });
});

it('refuses a row that the encoders did not make', () => {
  expect(() => decodeRow([AGE, COLOUR], Float32Array.of(1, 2))).toThrow(
    expect.objectContaining({ code: 'DATA_INVALID' }),
  );
});

it('reads a measured number as it was written, after scaling and float32', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -99_999, max: 99_999 }),
      fc.integer({ min: 0, max: 3 }),
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.double({ min: 0.5, max: 50, noNaN: true }),
      (digits, decimals, offset, divisor) => {
        const written = digits / 10 ** decimals;
        fc.pre(Math.abs(written - offset) * 2 ** -23 < 0.1 * 10 ** -decimals);
        const encoded = Float32Array.of((written - offset) / divisor);
        const encoder: Encoder = { ...AGE, offset, divisor };
        expect(decodeRow([encoder], encoded)).toEqual({ kind: 'row', values: { age: written } });
      },
    ),
    { seed: 5 },
  );
});

const TEXT: Encoder = {
  type: 'text',
  column: 'body',
  tokenizer: 'word',
  lowercase: true,
  marks: false,
  length: 3,
  vocabulary: ['hello', 'world'],
};

it('shows a text as it is written where that is kept, else what its tokens say', () => {
  const row = Float32Array.of(4, 1, 5);
  expect(decodeRow([TEXT], row, { body: 'Hello, World!' })).toEqual({
    kind: 'text',
    text: 'Hello, World!',
  });
  expect(decodeRow([TEXT], row)).toEqual({ kind: 'text', text: 'hello … world' });
  expect(decodeRow([AGE, TEXT], Float32Array.of(0, 4, 5, 0), { body: 'Hello World' })).toEqual({
    kind: 'row',
    values: { age: 40, body: 'Hello World' },
  });
});

it('shows a large picture smaller, by means', () => {
  const side = 256;
  const photo: Encoder = { type: 'picture', column: 'p', shape: [side, 2, 3], fit: 'fill' };
  // Rows of a square: 0 and 1 in red, alike in green, nothing in blue.
  const values = Float32Array.from({ length: side * 2 * 3 }, (_, index) => {
    const row = Math.floor(index / 6);
    return [row % 2, 0.25, 0][index % 3] as number;
  });
  const shown = decodeRow([photo], values);
  expect(shown).toMatchObject({ kind: 'image', shape: [128, 1, 3] });
  const pixels = shown.kind === 'image' ? shown.pixels : [];
  expect(pixels).toEqual(Array.from({ length: 128 * 3 }, (_, index) => [0.5, 0.25, 0][index % 3]));
});
