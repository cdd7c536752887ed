import sharp from 'sharp';
import type { Encoder } from '../../../src/data/dataset.ts';
import type { CellNotation } from '../../../src/data/incoming/cell-writers.ts';
import { picturesInBase64 } from '../../../src/data/incoming/picture-cells.ts';
import {
  createRowEncoder,
  type RowEncoderOptions,
} from '../../../src/data/incoming/row-encoder.ts';

const NUMBER: Encoder = {
  type: 'number',
  column: 'n',
  scale: 'standard',
  offset: 2,
  divisor: 4,
  imputed: 10,
};
const CATEGORY: Encoder = { type: 'category', column: 'c', categories: ['1', 'red', 'true'] };
const IMAGE: Encoder = {
  type: 'image',
  columns: ['p0', 'p1'],
  shape: [1, 2, 1],
  range: [5, 15],
};

const open = (
  encoders: readonly Encoder[],
  notation: CellNotation,
  options: Partial<RowEncoderOptions> = {},
) => createRowEncoder(encoders, { notation, pictures: picturesInBase64, ...options });

async function encodeOne(
  encoders: readonly Encoder[],
  notation: CellNotation,
  values: readonly unknown[],
  options: Partial<RowEncoderOptions> = {},
) {
  const encoder = open(encoders, notation, options);
  const reading = encoder.begin();
  const out = new Float32Array(encoder.width).fill(NaN);
  const fault = await reading.encode(values, out, 0);
  return { fault, out: Array.from(out), encoder, reading };
}

describe('createRowEncoder', () => {
  it('scales numbers, marks categories and maps pixels as their encoders say', async () => {
    const { fault, out, encoder } = await encodeOne([NUMBER, CATEGORY, IMAGE], 'text', [
      ' 6 ',
      'red',
      '5',
      '1.5e1',
    ]);
    expect(encoder.columns).toEqual(['n', 'c', 'p0', 'p1']);
    expect({ fault, out }).toEqual({ fault: null, out: [1, 0, 1, 0, 0, 1] });
  });

  it('puts the median for a missing number, zeros for a category, the background for a pixel', async () => {
    for (const empty of [null, '', '  ']) {
      const { fault, out } = await encodeOne([NUMBER, CATEGORY, IMAGE], 'text', [
        empty,
        empty,
        empty,
        '5',
      ]);
      expect({ fault, out }).toEqual({ fault: null, out: [2, 0, 0, 0, 0, 0] });
    }
  });

  it('writes over what stood in the row before', async () => {
    const out = Float32Array.of(1, 1, 1);
    await open([CATEGORY], 'json').begin().encode(['red'], out, 0);
    expect(Array.from(out)).toEqual([0, 1, 0]);
  });

  it('counts categories that training lacked, and encodes them as zeros', async () => {
    const { out, encoder, reading } = await encodeOne([CATEGORY], 'json', ['blue']);
    expect(out).toEqual([0, 0, 0]);
    expect([...reading.unseen]).toEqual([['c', 1]]);
    expect([...encoder.begin().unseen]).toEqual([]);
  });

  it('takes numbers and booleans of JSON as categories', async () => {
    expect((await encodeOne([CATEGORY], 'json', [1])).out).toEqual([1, 0, 0]);
    expect((await encodeOne([CATEGORY], 'json', [true])).out).toEqual([0, 0, 1]);
  });

  it.each([
    ['a text', 'text', 'abc', '"abc" is not a number'],
    ['hexadecimal', 'text', '0x10', '"0x10" is not a number'],
    ['beyond a float', 'text', '1e39', '"1e39" is not a number'],
    ['a text of digits in JSON', 'json', '6', '"6" is not a number'],
    ['a blank text in JSON', 'json', '', '"" is not a number'],
    ['a boolean', 'json', true, 'true is not a number'],
    ['an infinity', 'json', Infinity, 'Infinity is not a number'],
    ['a number beyond a float', 'json', 1e39, '1e+39 is not a number'],
    ['a list', 'json', [6], 'a list is not a number'],
    ['an object', 'json', {}, 'an object is not a number'],
    ['nothing at all', 'json', undefined, 'there is no value'],
  ] as const)('refuses %s where a number belongs', async (_, notation, value, message) => {
    expect((await encodeOne([NUMBER], notation, [value])).fault).toMatchObject({
      column: 'n',
      message,
    });
  });

  it('refuses a number that leaves a float once it is scaled', async () => {
    const tiny: Encoder = { ...NUMBER, divisor: 1e-30 };
    expect((await encodeOne([tiny], 'text', ['1e20'])).fault).toMatchObject({
      message: 'the value is beyond a 32-bit float once it is scaled',
    });
  });

  it('refuses a list or an object where a category belongs, and no value at all', async () => {
    expect((await encodeOne([CATEGORY], 'json', [['red']])).fault?.message).toContain(
      'a list is not',
    );
    expect((await encodeOne([CATEGORY], 'json', [undefined])).fault?.message).toBe(
      'there is no value',
    );
  });

  const DATE: Encoder = {
    ...{ type: 'date', column: 'd', format: 'iso', parts: ['year', 'month'] },
    year: { offset: 2000, divisor: 10 },
  };
  const TEXT: Encoder = {
    ...{ type: 'text', tokenizer: 'word', column: 't', lowercase: true, marks: true, length: 5 },
    vocabulary: ['a', 'b', '5'],
  };
  const LIST: Encoder = {
    ...{ type: 'sequence', layout: 'list', columns: ['l'], shape: [2, 2], scale: 'standard' },
    ...{ offsets: [1, 0], divisors: [2, 1] },
  };
  const STEPS: Encoder = {
    ...{ type: 'sequence', layout: 'columns', columns: ['s0', 's1'], shape: [2, 1] },
    ...{ scale: 'standard', offsets: [4], divisors: [2] },
  };
  const PICTURE: Encoder = { type: 'picture', column: 'p', shape: [1, 2, 1], fit: 'fill' };

  it('reads dates, texts and sequences as their encoders say', async () => {
    const found = await encodeOne([DATE, TEXT, LIST, STEPS], 'json', [
      ...[' 2010-04-01 ', 'B x', [[3, 7], [null, 1], [9, 9]]],
      ...[8, null],
    ]); // prettier-ignore
    expect(found.fault).toBeNull();
    expect(found.encoder.columns).toEqual(['d', 't', 'l', 's0', 's1']);
    // April is a quarter of a turn from January.
    expect(found.out.map((value) => Number(value.toFixed(6)))).toEqual([
      ...[1, 1, 0],
      ...[2, 5, 1, 3, 0],
      ...[1, 7, 0, 1],
      ...[2, 0],
    ]);
  });

  it('encodes what is missing of these as zeros', async () => {
    const zeros = Array<number>(3 + 5 + 4 + 2).fill(0);
    const json = [null, null, null, null, null];
    const encoders = [DATE, TEXT, LIST, STEPS];
    expect(await encodeOne(encoders, 'json', json)).toMatchObject({ fault: null, out: zeros });
    const blank = ['', ' ', '', '', ' '];
    expect(await encodeOne(encoders, 'text', blank)).toMatchObject({ fault: null, out: zeros });
  });

  it('takes numbers and booleans of JSON as texts, and seconds as dates', async () => {
    expect((await encodeOne([TEXT], 'json', [5])).out).toEqual([2, 6, 3, 0, 0]);
    const unix: Encoder = { ...DATE, format: 'unix' };
    expect((await encodeOne([unix], 'json', [0])).out[0]).toBe(-3);
  });

  it.each([
    ['30 February', DATE, 'text', '2024-02-30', '"2024-02-30" is not a date such as 2024-05-17'],
    ['a list for a date', DATE, 'json', [], 'a list is not a date such as'],
    ['no date at all', DATE, 'json', undefined, 'there is no value'],
    ['an object for a text', TEXT, 'json', {}, 'an object is not a text, number or boolean'],
    ['no text at all', TEXT, 'json', undefined, 'there is no value'],
    ['broken JSON for a list', LIST, 'text', '[[1,2]', '"[[1,2]" is not a JSON list of lists of 2'],
    ['a text of a list in JSON', LIST, 'json', '[[1,2]]', '"[[1,2]]" is not a JSON list'],
    ['a blank text for a list in JSON', LIST, 'json', '', '"" is not a JSON list'],
    ['a step that is too short', LIST, 'json', [[1, 2], [1]], 'a list is not a JSON list'],
    ['a text within a step', LIST, 'json', [['1', 2]], 'a list is not a JSON list'],
    ['a step beyond a float', LIST, 'text', '[[1e39,2]]', 'is not a JSON list'],
    ['a text for a step', STEPS, 'text', 'x', '"x" is not a number'],
    ['nothing for a picture', PICTURE, 'json', null, 'an empty cell is not a picture in base64'],
    ['a number for a picture', PICTURE, 'json', 7, '7 is not a picture in base64'],
    ['a path for a picture', PICTURE, 'json', '../a.png', 'the text is no base64'],
    ['a plain path for a picture', PICTURE, 'json', 'some/path', 'the text is no base64'],
    ['a path that is base64', PICTURE, 'json', 'etc/passwd==', 'neither PNG nor JPEG'],
    ['a data URL for a picture', PICTURE, 'json', 'data:image/png;base64,AAAA', 'no base64'],
  ] as const)('refuses %s', async (_, encoder, notation, value, message) => {
    const { fault } = await encodeOne([encoder], notation, [value]);
    expect(fault).toMatchObject({
      message: expect.stringContaining(message) as string,
      remedy: expect.stringMatching(/./) as string,
    });
  });

  it('refuses a list and a year that leave a float once they are scaled', async () => {
    const list: Encoder = { ...LIST, divisors: [1e-30, 1] };
    const date: Encoder = { ...DATE, year: { offset: 0, divisor: 1e-38 } };
    const message = 'the value is beyond a 32-bit float once it is scaled';
    const far = [[1e20, 0]];
    expect((await encodeOne([list], 'json', [far])).fault).toMatchObject({ message });
    expect((await encodeOne([date], 'json', ['2024-01-01'])).fault).toMatchObject({ message });
  });

  it('refuses texts that are too long, one alone and all of a reading together', async () => {
    const texts = { each: 4, all: 6 };
    const one = (text: string) => encodeOne([TEXT], 'json', [text], { texts });
    // Four characters of two code units each.
    expect((await one('😀😀😀😀')).fault).toBeNull();
    const tooLong = { code: 'DATA_TOO_LARGE', message: 'the text has over 4 characters' };
    expect((await one('abcde')).fault).toMatchObject(tooLong);
    expect((await one('a'.repeat(100))).fault).toMatchObject(tooLong);
    const { reading, encoder } = await one('abcd');
    const out = new Float32Array(5);
    expect(await reading.encode(['abc'], out, 0)).toMatchObject({
      code: 'DATA_TOO_LARGE',
      message: 'the texts so far have over 6 characters',
    });
    expect(await encoder.begin().encode(['abc'], out, 0)).toBeNull();
  });

  it('refuses pictures that are too large, one alone and all of a reading together', async () => {
    const of = async (side: number) => {
      const create = { width: side, height: side, channels: 3, background: '#fff' } as const;
      return (await sharp({ create }).png().toBuffer()).toString('base64');
    };
    expect((await encodeOne([PICTURE], 'json', [await of(8000)])).fault).toMatchObject({
      code: 'DATA_TOO_LARGE',
    });
    const large = await of(6000);
    const { fault, out, reading } = await encodeOne([PICTURE], 'json', [large]);
    expect({ fault, out }).toEqual({ fault: null, out: [1, 1] });
    expect(await reading.encode([large], new Float32Array(2), 0)).toMatchObject({
      code: 'DATA_TOO_LARGE',
      message: expect.stringContaining('72000000 pixels; at most 67108864 in one') as string,
    });
  });
});
