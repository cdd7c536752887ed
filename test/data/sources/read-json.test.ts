import { readJson, readJsonLines } from '../../../src/data/sources/read-json.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('JSON', () => {
  it('gives a column for each key in the order in which they come, and nothing for what is not there', () => {
    const table = readJson(bytes('[{"a":1,"b":"x"},{"c":true,"a":null},{"b":" ","a":1.50}]'));
    expect(table.columns).toEqual(['a', 'b', 'c']);
    expect(table.cells).toEqual([
      ['1', null, '1.5'],
      ['x', null, null],
      [null, 'true', null],
    ]);
  });

  it('keeps lists and objects as JSON, and text as it is', () => {
    const table = readJsonLines(bytes('{"l":[1,[2,null]],"o":{"k":"v"},"t":"007"}\n\n'));
    expect(table.cells).toEqual([['[1,[2,null]]'], ['{"k":"v"}'], ['007']]);
  });

  it('takes __proto__ and constructor for columns like others', () => {
    const table = readJsonLines(bytes('{"__proto__":"p","constructor":"c"}\n{"x":"1"}\n'));
    expect(table.columns).toEqual(['__proto__', 'constructor', 'x']);
    expect(table.cells).toEqual([
      ['p', null],
      ['c', null],
      [null, '1'],
    ]);
    expect(({} as Record<string, unknown>)['p']).toBeUndefined();
  });

  it.each([
    ['line 3: it is no JSON', '{"a":1}\n\n{"a":\n'],
    ['line 2: a row must be an object', '{"a":1}\n[1]\n'],
    ['line 1, "a": an integer beyond 2^53', '{"a":12345678901234567890}\n'],
    ['line 2: a NUL character', '{"a":1}\n{"a":"\0"}\n'],
    ['line 1, "a": a NUL character', '{"a":"\\u0000"}\n'],
    ['line 1: a blank key', '{" ":1}\n'],
  ])('refuses JSON Lines, saying "%s"', (said, text) => {
    expect(() => readJsonLines(bytes(text))).toThrow(
      expect.objectContaining({
        code: 'DATA_INVALID',
        message: expect.stringContaining(said) as string,
      }),
    );
  });

  it.each([
    ['no array of objects', bytes('{"a":1}')],
    ['row 1 (from 0): a row must be an object', bytes('[{"a":1},null]')],
    ['is not UTF-8', Uint8Array.of(0x5b, 0xff, 0x5d)],
    ['it is no JSON', bytes('['.repeat(100_000))],
  ])('refuses JSON, saying "%s"', (said, given) => {
    expect(() => readJson(given)).toThrow(
      expect.objectContaining({
        code: 'DATA_INVALID',
        message: expect.stringContaining(said) as string,
      }),
    );
  });
});
