import { fitWhole } from '../../../src/data/encoders/fit.ts';
import { sequenceEncoding, sequenceFit } from '../../../src/data/encoders/sequence.ts';
import type { FeatureGroup } from '../../../src/data/feature-columns.ts';
import type { Table } from '../../../src/data/table.ts';

const group = (changes: Partial<FeatureGroup>): FeatureGroup => ({
  type: 'sequence',
  columns: 'x',
  scale: 'none',
  ...changes,
});

function encode(table: Table, changes: Partial<FeatureGroup>, training = [0]) {
  const found = { group: group(changes), columns: table.columns };
  const encoder = fitWhole(sequenceFit(found), table, Int32Array.from(training));
  const writer = sequenceEncoding.open(encoder, table);
  const rows = (table.cells[0] ?? []).map((_, row) => {
    const out = new Float32Array(sequenceEncoding.width(encoder));
    writer.write(row, out, 0);
    return [...out];
  });
  return { encoder, rows };
}

const lists = (...cells: (string | null)[]): Table => ({ columns: ['l'], cells: [cells] });

describe('a sequence', () => {
  it('is a step after the other in columns', () => {
    const table = { columns: ['a0', 'b0', 'a1', 'b1'], cells: [['1'], ['10'], [null], ['30']] };
    const { encoder, rows } = encode(table, { shape: [2, 2], scale: 'minmax' });
    expect(encoder).toMatchObject({ layout: 'columns', offsets: [1, 10], divisors: [1, 20] });
    expect(rows).toEqual([[0, 0, 0, 1]]);
    expect(encode(table, {}).encoder.shape).toEqual([4, 1]);
  });

  it('is cut and padded in lists, scaled by all steps of the training part', () => {
    const table = lists('[[1,10],[3,20]]', '[[5,15]]', null, '[[1,10],[2,10],[9,9]]');
    const { encoder, rows } = encode(table, { shape: [2, 2], scale: 'minmax' });
    expect(encoder.offsets).toEqual([1, 10]);
    expect(encoder.divisors).toEqual([2, 10]);
    expect(rows).toEqual([
      [0, 0, 1, 1],
      [2, 0.5, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0.5, 0],
    ]);
  });

  it('is read back', () => {
    const { encoder } = encode(lists('[1,2,4]'), { shape: [3], scale: 'minmax' });
    expect(sequenceEncoding.decode(encoder, Float32Array.of(0, 0.5, 1))).toEqual([
      ['l', '[1,2.5,4]'],
    ]);
  });

  it.each([
    [
      'DATA_INVALID',
      'Column "l", row 1 (from 0): "[1,\\"2\\"]" is not a JSON list of numbers',
      lists('[1]', '[1,"2"]'),
      { shape: [2] },
    ],
    ['DATA_INVALID', 'lists of 2 numbers', lists('[[1,2]]', '[[1]]'), { shape: [2, 2] }],
    ['DATA_INVALID', 'row 1', lists('[1]', '[1'), { shape: [2] }],
    ['DATA_INVALID', 'row 1', lists('[1]', '[1e999]'), { shape: [2] }],
    ['SPEC_MISSING_KEY', 'needs a shape', lists('[1]'), {}],
    ['SPEC_INVALID', '[steps, features]', lists('[1]'), { shape: [1, 1, 1] }],
    [
      'DATA_INVALID',
      'needs 6 columns; 2 match',
      { columns: ['a', 'b'], cells: [['1'], ['2']] },
      { shape: [3, 2] },
    ],
  ] as const)('is refused with %s, saying "%s"', (code, said, table, changes) => {
    expect(() => encode(table, changes as Partial<FeatureGroup>)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(said) as string }),
    );
  });
});
