/** Clocks put forward and back: against a table made by hand, and against Temporal itself. */
import { cronTimes } from '../../src/schedule/cron-times.ts';
import { requireCron } from '../../src/schedule/next-times.ts';
import type { ServerTimes } from './server-times.ts';
import { isoMinutes, startServerTimes } from './server-times.ts';

let oracle: ServerTimes;
beforeAll(async () => {
  oracle = await startServerTimes();
});
afterAll(() => oracle.stop());

function previewed(cron: string, timeZone: string, from: string, to: string): string[] {
  const times: string[] = [];
  for (const time of cronTimes(requireCron(cron), timeZone, Date.parse(from))) {
    if (time > Date.parse(to)) break;
    times.push(isoMinutes(new Date(time)));
  }
  return times;
}

const fired = (cron: string, timeZone: string, from: string, to: string): Promise<string[]> =>
  oracle.fired({ cron, timeZone, now: new Date('2026-01-01') }, from, to);

describe('the times of a cron in Berlin', () => {
  // Clocks go forward on 29 March 2026 at 02:00 CET (01:00Z), back on 25 October at 03:00 CEST (01:00Z).
  const SPRING = ['2026-03-27T12:00Z', '2026-03-31T12:00Z'] as const;
  const AUTUMN = ['2026-10-23T12:00Z', '2026-10-27T12:00Z'] as const;

  it.each([
    [
      '0 2 * * *',
      SPRING,
      ['2026-03-28T01:00Z', '2026-03-29T01:00Z', '2026-03-30T00:00Z', '2026-03-31T00:00Z'],
    ],
    [
      '30 2 * * *',
      SPRING,
      ['2026-03-28T01:30Z', '2026-03-29T01:30Z', '2026-03-30T00:30Z', '2026-03-31T00:30Z'],
    ],
    [
      '0 3 * * *',
      SPRING,
      ['2026-03-28T02:00Z', '2026-03-29T01:00Z', '2026-03-30T01:00Z', '2026-03-31T01:00Z'],
    ],
    [
      '0 2 * * *',
      AUTUMN,
      ['2026-10-24T00:00Z', '2026-10-25T00:00Z', '2026-10-26T01:00Z', '2026-10-27T01:00Z'],
    ],
    [
      '30 2 * * *',
      AUTUMN,
      ['2026-10-24T00:30Z', '2026-10-25T00:30Z', '2026-10-26T01:30Z', '2026-10-27T01:30Z'],
    ],
    [
      '0 3 * * *',
      AUTUMN,
      ['2026-10-24T01:00Z', '2026-10-25T02:00Z', '2026-10-26T02:00Z', '2026-10-27T02:00Z'],
    ],
    ['0 2 * * SUN', SPRING, ['2026-03-29T01:00Z']],
    [
      '30 0 1 * *',
      ['2026-03-20T00:00Z', '2026-05-20T00:00Z'],
      ['2026-03-31T22:30Z', '2026-04-30T22:30Z'],
    ],
  ] as const)('%s: one a day, %s', async (cron, [from, to], expected) => {
    expect(previewed(cron, 'Europe/Berlin', from, to)).toEqual(expected);
    expect(await fired(cron, 'Europe/Berlin', from, to)).toEqual(expected);
  });

  it('of a cron by the hour follow the clock: 23 and 25 in these days', async () => {
    const day = async (date: string, from: string, to: string) => {
      const times = previewed('30 * * * *', 'Europe/Berlin', from, to);
      expect(await fired('30 * * * *', 'Europe/Berlin', from, to)).toEqual(times);
      return [date, times.length];
    };
    expect(await day('29 March', '2026-03-28T23:00Z', '2026-03-29T22:00Z')).toEqual([
      '29 March',
      23,
    ]);
    expect(await day('25 October', '2026-10-24T22:00Z', '2026-10-25T23:00Z')).toEqual([
      '25 October',
      25,
    ]);
  });
});

describe('what is previewed is what Temporal fires', () => {
  const CRONS = [
    '0 2 * * *',
    '30 2 * * *',
    '*/20 1-3 * * *',
    '59 23 * * SUN',
    '15 0 1,15,31 * *',
    '0 12 29 2 *',
    '45 1 13 * FRI',
    '*/30 * * * SUN',
    '7 * * * *',
    '0 */5 * * *',
  ];
  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'])(
    'in %s, over the changes of two years',
    async (zone) => {
      for (const cron of CRONS) {
        for (const [from, to] of [
          ['2026-03-01T00:00Z', '2026-04-08T00:00Z'],
          ['2026-10-01T00:00Z', '2026-11-04T00:00Z'],
          ['2027-12-28T00:00Z', '2028-01-04T00:00Z'],
          ['2028-02-25T00:00Z', '2028-03-14T00:00Z'],
        ] as const) {
          expect({ cron, times: await fired(cron, zone, from, to) }).toEqual({
            cron,
            times: previewed(cron, zone, from, to),
          });
        }
      }
    },
  );
});
