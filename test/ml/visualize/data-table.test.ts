import { parse } from 'csv-parse/sync';
import { csvOf } from '../../../src/ml/visualize/data-table.ts';

describe('csvOf', () => {
  it('is read back as it was', () => {
    const rows = [
      ['a,b', 'say "no"', 0.1 + 0.2],
      ['two\nlines', null, -1e-20],
    ];
    const read = parse(csvOf({ columns: ['x', 'y', 'z'], rows }));
    expect(read).toEqual([
      ['x', 'y', 'z'],
      ['a,b', 'say "no"', '0.30000000000000004'],
      ['two\nlines', '', '-1e-20'],
    ]);
  });

  it('makes no formula of a text, and leaves numbers alone', () => {
    const csv = csvOf({ columns: ['x'], rows: [['=1+1'], ['@a'], ['-5'], ['-x'], [-5]] });
    expect(csv).toBe("x\n'=1+1\n'@a\n-5\n'-x\n-5\n");
  });
});
