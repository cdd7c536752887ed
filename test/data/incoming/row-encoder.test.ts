import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Encoder } from '../../../src/data/dataset.ts';
import { createRowEncoder } from '../../../src/data/incoming/row-encoder.ts';
import { loadPart } from '../../../src/data/load-part.ts';
import { readCsv } from '../../../src/data/read-csv.ts';
import { storeTable } from '../../activities/trained-model.ts';
import { MemoryStore } from '../../memory-store.ts';

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

function encodeOne(encoders: readonly Encoder[], notation: 'text' | 'json', values: unknown[]) {
  const encoder = createRowEncoder(encoders, notation);
  const out = new Float32Array(encoder.width).fill(NaN);
  return { fault: encoder.encode(values, out, 0), out: Array.from(out), encoder };
}

describe('createRowEncoder', () => {
  it('scales numbers, marks categories and maps pixels as their encoders say', () => {
    const { fault, out, encoder } = encodeOne([NUMBER, CATEGORY, IMAGE], 'text', [
      ' 6 ',
      'red',
      '5',
      '1.5e1',
    ]);
    expect(encoder.columns).toEqual(['n', 'c', 'p0', 'p1']);
    expect({ fault, out }).toEqual({ fault: null, out: [1, 0, 1, 0, 0, 1] });
  });

  it('puts the median for a missing number, zeros for a category, the background for a pixel', () => {
    for (const empty of [null, '', '  ']) {
      const { fault, out } = encodeOne([NUMBER, CATEGORY, IMAGE], 'text', [
        empty,
        empty,
        empty,
        '5',
      ]);
      expect({ fault, out }).toEqual({ fault: null, out: [2, 0, 0, 0, 0, 0] });
    }
  });

  it('writes over what stood in the row before', () => {
    const encoder = createRowEncoder([CATEGORY], 'json');
    const out = Float32Array.of(1, 1, 1);
    encoder.encode(['red'], out, 0);
    expect(Array.from(out)).toEqual([0, 1, 0]);
  });

  it('counts categories that training lacked, and encodes them as zeros', () => {
    const { out, encoder } = encodeOne([CATEGORY], 'json', ['blue']);
    expect(out).toEqual([0, 0, 0]);
    expect([...encoder.takeUnseen()]).toEqual([['c', 1]]);
    expect([...encoder.takeUnseen()]).toEqual([]);
  });

  it('takes numbers and booleans of JSON as categories', () => {
    expect(encodeOne([CATEGORY], 'json', [1]).out).toEqual([1, 0, 0]);
    expect(encodeOne([CATEGORY], 'json', [true]).out).toEqual([0, 0, 1]);
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
  ] as const)('refuses %s where a number belongs', (_, notation, value, message) => {
    expect(encodeOne([NUMBER], notation, [value]).fault).toMatchObject({ column: 'n', message });
  });

  it('refuses a number that leaves a float once it is scaled', () => {
    const tiny: Encoder = { ...NUMBER, divisor: 1e-30 };
    expect(encodeOne([tiny], 'text', ['1e20']).fault).toMatchObject({
      message: 'the value is beyond a 32-bit float once it is scaled',
    });
  });

  it('refuses a list or an object where a category belongs, and no value at all', () => {
    expect(encodeOne([CATEGORY], 'json', [['red']]).fault?.message).toContain('a list is not');
    expect(encodeOne([CATEGORY], 'json', [undefined]).fault?.message).toBe('there is no value');
  });

  it('gives the bits that the step dataset gives', async () => {
    const csv = [
      'size,colour,weight,label',
      ...Array.from({ length: 40 }, (_, row) => {
        const size = row % 7 === 0 ? '' : String(Math.sin(row) * 1e3);
        return `${size},${['red', 'green', '', 'blue'][row % 4]},${row / 3},${row % 2 ? 'a' : 'b'}`;
      }),
      '',
    ].join('\n');
    const store = new MemoryStore();
    const part = await loadPart(store, await storeTable(store, csv), 'test');
    const encoder = createRowEncoder(part.manifest.encoders, 'text');
    const folder = await mkdtemp(path.join(tmpdir(), 'modelwright-incoming-'));
    try {
      const table = await readCsv(Buffer.from(csv), folder);
      const cells = encoder.columns.map((name) => table.cells[table.columns.indexOf(name)]!);
      const x = new Float32Array(part.x.length);
      part.sourceRows.forEach((row, index) => {
        const values = cells.map((column) => column[row]);
        expect(encoder.encode(values, x, index * encoder.width)).toBeNull();
      });
      expect(x).toEqual(part.x);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
