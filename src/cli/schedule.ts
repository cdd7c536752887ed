/** `modelwright schedule`: what runs by the clock, on new data or by drift, and a hand on it. */
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import { PipelineError } from '../errors.ts';
import { countTimes } from '../schedule/next-times.ts';
import { OVERLAP_POLICY } from '../schedule/schedule-spec.ts';
import {
  findSchedule,
  isScheduleTrigger,
  lastCheck,
  listSchedules,
  NO_CHECK,
  viewSchedule,
} from '../schedule/schedule-view.ts';
import type { Overlap } from '../spec/spec.ts';
import { addApplyFiles, addNext } from './schedule-files.ts';
import { showSchedule, showSchedules } from './schedule-print.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf, withClient } from './verb.ts';

export function addSchedule(program: Command, verb: Verb): Command {
  const schedule = program
    .command('schedule')
    .description(
      'what runs by the clock, on new data or by drift: list, pause, trigger, backfill, preview',
    );
  addList(schedule, verb);
  addShow(schedule, verb);
  addPause(schedule, verb);
  addResume(schedule, verb);
  addTrigger(schedule, verb);
  addBackfill(schedule, verb);
  addNext(schedule, verb);
  addApplyFiles(schedule, verb);
  return schedule;
}

const NAME = 'id of the schedule, or its pipeline where that has one only';
const JSON_OPTION = ['--json', 'print JSON alone on stdout'] as const;

const overlapOption = (fallback: Overlap): Option =>
  new Option('--overlap <policy>', 'what to do while a run is at work')
    .choices(Object.keys(OVERLAP_POLICY))
    .default(fallback);

/** Does something to one schedule and shows what it is then. */
async function change(
  scene: Scene,
  name: string,
  done: string,
  perform: (client: Client, id: string) => Promise<void>,
): Promise<void> {
  await withClient(scene, async (client) => {
    const id = await findSchedule(client, name);
    await perform(client, id);
    scene.terminal.line(inert(`${done} ${id}`));
    scene.terminal.result(await viewSchedule(client, id));
  });
}

function addList(schedule: Command, verb: Verb): void {
  schedule
    .command('list')
    .description('list the schedules with their next times and last runs')
    .argument('[pipeline]', 'only those of this pipeline')
    .option(...JSON_OPTION)
    .action(async (pipeline: string | undefined, _options, command) => {
      const scene = sceneOf(command as Command, verb);
      const views = await withClient(scene, (client) => listSchedules(client, pipeline));
      scene.terminal.result(views);
      showSchedules(scene.terminal, views);
    });
}

function addShow(schedule: Command, verb: Verb): void {
  schedule
    .command('show')
    .description('show one schedule')
    .argument('<schedule>', NAME)
    .option(...JSON_OPTION)
    .action(async (name: string, _options, command) => {
      const scene = sceneOf(command as Command, verb);
      await withClient(scene, async (client) => {
        const view = await viewSchedule(client, await findSchedule(client, name));
        const check = isScheduleTrigger(view.trigger) ? NO_CHECK : await lastCheck(client, view.id);
        scene.terminal.result({ ...view, lastCheckFailure: check.failure, lastCheck: check.says });
        showSchedule(scene.terminal, view, check);
      });
    });
}

function addPause(schedule: Command, verb: Verb): void {
  schedule
    .command('pause')
    .description('start nothing more until it is resumed; open runs go on')
    .argument('<schedule>', NAME)
    .option('--note <text>', 'why')
    .option(...JSON_OPTION)
    .action(async (name: string, { note }: { note?: string }, command) => {
      await change(sceneOf(command as Command, verb), name, 'paused', (client, id) =>
        client.schedule.getHandle(id).pause(note),
      );
    });
}

function addResume(schedule: Command, verb: Verb): void {
  schedule
    .command('resume')
    .description('start runs again; times that passed in the pause are not made up for')
    .argument('<schedule>', NAME)
    .option('--note <text>', 'why')
    .option(...JSON_OPTION)
    .action(async (name: string, { note }: { note?: string }, command) => {
      await change(sceneOf(command as Command, verb), name, 'resumed', (client, id) =>
        client.schedule.getHandle(id).unpause(note),
      );
    });
}

function addTrigger(schedule: Command, verb: Verb): void {
  schedule
    .command('trigger')
    .description('start a run now, also while the schedule is paused')
    .argument('<schedule>', NAME)
    .addOption(overlapOption('allow-all'))
    .option(...JSON_OPTION)
    .action(async (name: string, { overlap }: { overlap: Overlap }, command) => {
      await change(sceneOf(command as Command, verb), name, 'triggered', (client, id) =>
        client.schedule.getHandle(id).trigger(OVERLAP_POLICY[overlap]),
      );
    });
}

interface BackfillOptions {
  readonly from: string;
  readonly to: string;
  readonly overlap: Overlap;
}

/** More would not be kept by the server. */
const MOST_BACKFILLED = 1_000;

function addBackfill(schedule: Command, verb: Verb): void {
  schedule
    .command('backfill')
    .description('make up for the times in a span of the past that have no run')
    .argument('<schedule>', NAME)
    .requiredOption('--from <time>', 'ISO 8601, such as 2026-11-01 or 2026-11-01T00:00Z; included')
    .requiredOption('--to <time>', 'included')
    .addOption(overlapOption('buffer-all'))
    .option(...JSON_OPTION)
    .action(async (name: string, options: BackfillOptions, command) => {
      const scene = sceneOf(command as Command, verb);
      const span = { start: timeOf(options.from, '--from'), end: timeOf(options.to, '--to') };
      if (span.start > span.end) throw new PipelineError('USAGE', '--from is after --to');
      if (span.end > new Date()) throw new PipelineError('USAGE', '--to is in the future');
      await change(scene, name, 'backfilling', async (client, id) => {
        const { trigger } = await viewSchedule(client, id);
        const times = countTimes(trigger, { ...span, most: MOST_BACKFILLED });
        scene.terminal.note(`${times} times were due`);
        const overlap = OVERLAP_POLICY[options.overlap];
        await client.schedule.getHandle(id).backfill({ ...span, overlap });
      });
    });
}

function timeOf(text: string, option: string): Date {
  const time = new Date(text);
  const isIso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  if (isIso && !Number.isNaN(time.getTime())) return time;
  throw new PipelineError('USAGE', `${option} wants a time, not "${text.slice(0, 40)}"`, {
    remedy: 'write a day, or a time with its zone, such as 2026-11-01T03:00Z',
  });
}
