import fc from 'fast-check';
import { dateEncoding, dateFit } from '../../../src/data/encoders/date.ts';
import { parseDate } from '../../../src/data/encoders/parse-date.ts';
import { fitWhole } from '../../../src/data/encoders/fit.ts';
import type { FeatureGroup } from '../../../src/data/feature-columns.ts';

const GROUP: FeatureGroup = { type: 'date', columns: 'd', scale: 'standard' };
const tableOf = (...cells: (string | null)[]) => ({ columns: ['d'], cells: [cells] });
const fit = () => dateFit({ column: 'd', group: GROUP });
const parse = (cell: string, format: 'iso' | 'dmy' | 'mdy' | 'unix' = 'iso') =>
  parseDate({ cell, column: 'd', row: 3 }, format);

describe('a date', () => {
  it.each([
    ['2024-05-17', 'iso', { year: 2024, month: 5, day: 17, weekday: 4, hour: 0 }],
    ['2024-05-19T23:59:59.5Z', 'iso', { year: 2024, month: 5, day: 19, weekday: 6, hour: 23 }],
    ['2024-05-20 09:30 ', 'iso', { year: 2024, month: 5, day: 20, weekday: 0, hour: 9 }],
    ['2024-12-31T23:00:00-05:00', 'iso', { year: 2024, month: 12, day: 31, weekday: 1, hour: 23 }],
    ['0099-01-02', 'iso', { year: 99, month: 1, day: 2, weekday: 4, hour: 0 }],
    ['29.02.2000', 'dmy', { year: 2000, month: 2, day: 29, weekday: 1, hour: 0 }],
    ['5/17/2024', 'mdy', { year: 2024, month: 5, day: 17, weekday: 4, hour: 0 }],
    ['-1', 'unix', { year: 1969, month: 12, day: 31, weekday: 2, hour: 23 }],
  ] as const)('%s as %s', (cell, format, fields) => {
    expect(parse(cell, format)).toEqual(fields);
  });

  it.each([
    ['2023-02-29', 'iso'], ['2023-13-01', 'iso'], ['17.05.2024', 'iso'], ['2024-05-17T24:00', 'iso'],
    ['17.05.2024', 'mdy'], ['1e999', 'unix'], ['soon', 'dmy'], ['2024', 'iso'],
  ] as const)('%s is none as %s', (cell, format) => {
    expect(() => parse(cell, format)).toThrow(
      expect.objectContaining({
        code: 'DATA_INVALID',
        message: expect.stringContaining('Column "d", row 3 (from 0)') as string,
      }),
    );
  }); // prettier-ignore

  it('scales the year by the training part, and puts the rest on circles', () => {
    const table = tableOf('2020-01-01', '2022-07-16', null, '2050-04-08');
    const encoder = fitWhole(fit(), table, Int32Array.of(0, 1));
    expect(encoder.year).toEqual({ offset: 2021, divisor: 1 });
    const writer = dateEncoding.open(encoder, table);
    const out = new Float32Array(7);
    writer.write(1, out, 0);
    const turn = (share: number) => [Math.sin(2 * Math.PI * share), Math.cos(2 * Math.PI * share)];
    // A Saturday, the sixth day from Monday.
    const expected = [1, ...turn(6 / 12), ...turn(15 / 31), ...turn(5 / 7)];
    expected.forEach((value, index) => expect(out[index]).toBeCloseTo(value, 6));
    const missing = new Float32Array(7);
    writer.write(2, missing, 0);
    expect([...missing]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(dateEncoding.decode(encoder, missing)).toEqual([['d', null]]);
  });

  it('is read back from its values', () => {
    const days = fc.date({
      min: new Date('1900-01-01'),
      max: new Date('2100-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(days, (date) => {
        const text = date.toISOString().slice(0, 10);
        const table = tableOf(text, '1950-01-01', '2049-01-01');
        const encoder = fitWhole(fit(), table, Int32Array.of(1, 2));
        const out = new Float32Array(7);
        dateEncoding.open(encoder, table).write(0, out, 0);
        expect(dateEncoding.decode(encoder, out)).toEqual([['d', text]]);
      }),
    );
  });
});
