/** What the server's own scheduler would fire: the oracle for when a cron is due. */
import { rmSync } from 'node:fs';
import { scheduleSpec } from '../../src/schedule/schedule-spec.ts';
import { connectClient } from '../../src/temporal/connection.ts';
import { ensureLocalServer, freePort } from '../../src/temporal/local-server.ts';
import { temporaryFolder } from '../temporal/harness.ts';

export interface CronLaidOut {
  readonly cron: string;
  readonly timeZone: string;
  /** What the clock says when the schedule is laid out. */
  readonly now: Date;
}

export interface ServerTimes {
  /** ISO 8601 with minutes, such as `2026-03-28T01:00Z`; the ends count. */
  fired(schedule: CronLaidOut, from: string, to: string): Promise<string[]>;
  stop(): Promise<void>;
}

export const isoMinutes = (time: Date): string => `${time.toISOString().slice(0, 16)}Z`;

const seconds = (text: string) => ({ seconds: Date.parse(text) / 1000, nanos: 0 }) as never;

export async function startServerTimes(): Promise<ServerTimes> {
  const folder = temporaryFolder();
  const server = await ensureLocalServer(folder, { port: await freePort(), durability: 'normal' });
  const client = await connectClient(server.settings);
  const known = new Map<string, string>();
  const scheduleOf = async ({ cron, timeZone, now }: CronLaidOut): Promise<string> => {
    const key = `${cron} ${timeZone} ${now.toISOString()}`;
    const scheduleId = known.get(key) ?? `times-${known.size}`;
    if (known.has(key)) return scheduleId;
    await client.schedule.create({
      scheduleId,
      spec: scheduleSpec({ cron, timeZone }, now),
      action: { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none' },
      state: { paused: true },
    });
    known.set(key, scheduleId);
    return scheduleId;
  };
  return {
    fired: async (schedule, from, to) => {
      const { startTime } = await client.workflowService.listScheduleMatchingTimes({
        namespace: 'default',
        scheduleId: await scheduleOf(schedule),
        startTime: seconds(from),
        endTime: seconds(to),
      });
      return startTime.map((time) => isoMinutes(new Date(Number(time.seconds) * 1000)));
    },
    stop: async () => {
      await client.connection.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
