/**
 * A clock that is an hour or a day wrong when a schedule is laid out must not move, lose or double
 * a firing. The server's own scheduler says what would fire.
 */
import type { ServerTimes } from './server-times.ts';
import { startServerTimes } from './server-times.ts';

const HOUR_MS = 3_600_000;
const JUMPS_MS = {
  '-1 day': -24 * HOUR_MS,
  '-1 h': -HOUR_MS,
  '+1 h': HOUR_MS,
  '+1 day': 24 * HOUR_MS,
};
let oracle: ServerTimes;
beforeAll(async () => {
  oracle = await startServerTimes();
});
afterAll(() => oracle.stop());

interface Case {
  readonly cron: string;
  readonly timeZone: string;
  /** What the clock ought to say when the schedule is laid out. */
  readonly now: string;
  readonly from: string;
  readonly to: string;
}

const fired = ({ cron, timeZone, from, to }: Case, now: Date): Promise<string[]> =>
  oracle.fired({ cron, timeZone, now }, from, to);

const CASES: Case[] = [
  {
    cron: '30 2 * * *',
    timeZone: 'Europe/Berlin',
    now: '2026-12-31T23:30:00Z',
    from: '2027-01-02T00:00:00Z',
    to: '2027-04-02T00:00:00Z',
  },
  {
    cron: '*/20 1-3 * * *',
    timeZone: 'Europe/Berlin',
    now: '2026-10-24T23:45:00Z',
    from: '2026-10-24T12:00:00Z',
    to: '2026-10-26T12:00:00Z',
  },
  {
    cron: '0 9 * * 1',
    timeZone: 'America/New_York',
    now: '2026-03-08T06:30:00Z',
    from: '2026-03-01T00:00:00Z',
    to: '2026-06-01T00:00:00Z',
  },
];

describe('a schedule laid out by a wrong clock', () => {
  it.each(CASES)('$cron $timeZone around $now fires as by a right one', async (given) => {
    const now = Date.parse(given.now);
    const right = await fired(given, new Date(now));
    expect(right.length).toBeGreaterThan(5);
    expect(new Set(right).size).toBe(right.length);
    for (const [jump, ms] of Object.entries(JUMPS_MS)) {
      const jumped = await fired(given, new Date(now + ms));
      expect({ jump, times: jumped }).toEqual({ jump, times: right });
    }
  });
});
