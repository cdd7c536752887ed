import type { Cron } from '../../src/plan/cron.ts';
import { parseCron } from '../../src/plan/cron.ts';

function good(text: string): Cron {
  const found = parseCron(text);
  if ('message' in found) throw new Error(found.message);
  return found;
}

describe('a cron', () => {
  it('has ranges, lists, steps and names', () => {
    const cron = good('*/20 8-10,22 1/10 jan,DEC mon-FRI');
    expect(cron).toEqual({
      minutes: [0, 20, 40],
      hours: [8, 9, 10, 22],
      daysOfMonth: [1, 11, 21, 31],
      months: [1, 12],
      daysOfWeek: [1, 2, 3, 4, 5],
      eitherDay: true,
      everyHour: false,
    });
  });

  it('counts Sunday as 0 and as 7', () => {
    expect(good('0 0 * * 7').daysOfWeek).toEqual([0]);
    expect(good('0 0 * * 5-7').daysOfWeek).toEqual([0, 5, 6]);
  });

  it('restricts no day with *, also with a step', () => {
    expect(good('0 0 */2 * 1').eitherDay).toBe(false);
    expect(good('0 0 1 * 1').eitherDay).toBe(true);
  });

  it('may have a nickname', () => {
    expect(good('@weekly')).toEqual(good('0 0 * * 0'));
  });

  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '-1 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * 32 * *',
    '* * * 13 *',
    '* * * FOO *',
    '* * * * 8',
    '* * L * *',
    '* * ? * *',
    '* * * * 1#2',
    '5-1 * * * *',
    '*/0 * * * *',
    '1,, * * * *',
    '@fortnightly',
    'MON * * * *',
    '1.5 * * * *',
  ])('is refused: %s', (text) => {
    expect(parseCron(text)).toHaveProperty('remedy');
  });

  it.each(['0 0 30 2 *', '0 0 31 2,4,6,9,11 *', '0 0 30,31 FEB *'])('never fires: %s', (text) => {
    expect(parseCron(text)).toMatchObject({ message: expect.stringContaining('never') });
  });

  it.each(['0 0 29 2 *', '0 0 30 2 MON', '0 0 31 4,5 *'])('fires: %s', (text) => {
    expect(good(text).minutes).toEqual([0]);
  });
});
