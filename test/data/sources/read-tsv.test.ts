import { readParallelText, readTsv } from '../../../src/data/sources/read-tsv.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

it('reads fields between tabs as they are, quotes too, whatever the line ends', () => {
  const table = readTsv(bytes('\ufeffa\tb\r\n"x\t1\r\n\t2\r\n'));
  expect(table.columns).toEqual(['a', 'b']);
  expect(table.cells).toEqual([
    ['"x', null],
    ['1', '2'],
  ]);
});

it('reads parallel text without a header', () => {
  const table = readParallelText(bytes('17. Mai 2024\t2024-05-17\n3 mars 2021\t2021-03-03\n'));
  expect(table).toEqual({
    columns: ['source', 'target'],
    cells: [
      ['17. Mai 2024', '3 mars 2021'],
      ['2024-05-17', '2021-03-03'],
    ],
    texts: ['source', 'target'],
  });
});

it.each([
  ['line 3: 1 fields; there are 2 columns', readTsv, 'a\tb\n1\t2\n3\n'],
  ['line 1: the column "a" twice', readTsv, 'a\ta\n'],
  ['line 1: no name for column 2', readTsv, 'a\t\n'],
  ['line 2: a NUL character', readTsv, 'a\tb\n\0\t1\n'],
  ['line 2: its target is empty', readParallelText, 'a\tb\nc\t \n'],
  ['line 1: 3 fields', readParallelText, 'a\tb\tc\n'],
])('refuses a file, saying "%s"', (said, read, text) => {
  expect(() => read(bytes(text))).toThrow(
    expect.objectContaining({
      code: 'DATA_INVALID',
      message: expect.stringContaining(said) as string,
    }),
  );
});
