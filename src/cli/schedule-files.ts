/** `modelwright schedule next` and `schedule apply`: schedules from pipeline files. */
import type { Command } from 'commander';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { suggest } from '../did-you-mean.ts';
import { isTestFile } from '../pipeline-test-name.ts';
import { isPipelineError, PipelineError, PipelineErrors } from '../errors.ts';
import { compilePlan, findFaults } from '../plan/compile-plan.ts';
import type { ScheduledPipeline } from '../schedule/declare-schedules.ts';
import { scheduleIdsOf } from '../schedule/declare-schedules.ts';
import { nextTimes } from '../schedule/next-times.ts';
import { reconcileSchedules } from '../schedule/reconcile-schedules.ts';
import { isScheduleTrigger } from '../schedule/schedule-view.ts';
import { wallTimeAt } from '../schedule/zone.ts';
import { loadSpec } from '../spec/load-spec.ts';
import type { Spec, TimedTrigger, Triggers } from '../spec/spec.ts';
import { pipelinesOf } from './load-plan.ts';
import { wholeNumber } from './number-option.ts';
import { whenText } from './schedule-print.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf, withClient } from './verb.ts';

export function addApplyFiles(schedule: Command, verb: Verb): void {
  schedule
    .command('apply')
    .description('make the schedules of pipeline files what their `on:` says')
    .argument('<files...>', 'pipeline files')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print JSON alone on stdout')
    .action(async (files: string[], { dryRun = false }: { dryRun?: boolean }, command) => {
      const scene = sceneOf(command as Command, verb);
      const pipelines = files.map((file) => scheduledPipeline(scene, file));
      refuseTwins(pipelines);
      const changes = await withClient(scene, (client) =>
        reconcileSchedules(client, pipelines, { dryRun }),
      );
      scene.terminal.result(changes);
      if (changes.length === 0) scene.terminal.line('these pipelines have no schedules');
      for (const { change, scheduleId } of changes) scene.terminal.line(`${change} ${scheduleId}`);
    });
}

function soundSpec(scene: Scene, file: string): Spec {
  const spec = loadSpec(file);
  const faults = findFaults(spec, { load: pipelinesOf(scene) });
  if (faults.length > 0) throw new PipelineErrors(faults);
  return spec;
}

function scheduledPipeline(scene: Scene, file: string): ScheduledPipeline {
  const spec = soundSpec(scene, file);
  return {
    name: spec.name,
    triggers: spec.triggers,
    file: path.relative(scene.project, path.resolve(file)),
    planFor: (params) => compilePlan(spec, params, { load: pipelinesOf(scene) }),
  };
}

function refuseTwins(pipelines: readonly ScheduledPipeline[]): void {
  for (const [index, { name, file }] of pipelines.entries()) {
    const twin = pipelines.slice(0, index).find((earlier) => earlier.name === name);
    if (!twin) continue;
    throw new PipelineError('USAGE', `${twin.file} and ${file} are both named "${name}"`, {
      remedy: 'a name has one set of schedules: rename one of them',
    });
  }
}

interface NextOptions {
  readonly count: number;
  readonly from?: string;
}

export function addNext(schedule: Command, verb: Verb): void {
  schedule
    .command('next')
    .description('preview when a pipeline file would run, or look at data; needs no server')
    .argument('<pipeline>', 'pipeline file, or the name of a pipeline in pipelines/')
    .option('-n, --count <n>', 'so many times', wholeNumber({ most: 1_000 }), 10)
    .option('--from <time>', 'ISO 8601; now if not given')
    .option('--json', 'print JSON alone on stdout')
    .action((given: string, options: NextOptions, command) => {
      const scene = sceneOf(command as Command, verb);
      const spec = soundSpec(scene, fileOf(scene, given));
      const from = fromOption(options.from);
      const ids = scheduleIdsOf(spec.name, spec.triggers);
      const previews = timedTriggers(spec.triggers).map((trigger, index) => ({
        id: ids[index] ?? '',
        trigger,
        next: nextTimes(trigger, { from, count: options.count }).map((time) => time.toISOString()),
      }));
      scene.terminal.result(previews);
      if (previews.length === 0) scene.terminal.line(`${spec.name} has no schedules`);
      for (const { id, trigger, next } of previews) {
        scene.terminal.line(inert(`${id}  ${whenText(trigger)}`));
        for (const time of next) scene.terminal.line(`  ${time}${wallText(time, trigger)}`);
      }
    });
}

/** In the order of `scheduleIdsOf`. */
const timedTriggers = ({ schedules, data, drift }: Triggers): readonly TimedTrigger[] => [
  ...schedules,
  ...(data ? [data] : []),
  ...(drift ? [drift] : []),
];

function fromOption(text: string | undefined): Date {
  const time = text === undefined ? new Date() : new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new PipelineError('USAGE', `--from wants a time, not "${text?.slice(0, 40)}"`);
}

/** The time on the wall there, where it is another. */
function wallText(time: string, trigger: TimedTrigger): string {
  if (!isScheduleTrigger(trigger)) return '';
  const { cron, timeZone = 'UTC' } = trigger;
  if (cron === undefined || timeZone === 'UTC') return '';
  const wall = new Date(wallTimeAt(Date.parse(time), timeZone)).toISOString();
  return `  ${wall.slice(0, 10)} ${wall.slice(11, 16)} ${timeZone}`;
}

/** A file by its path, or by the name of the pipeline in it. */
function fileOf({ project }: Scene, given: string): string {
  if (existsSync(given) || /[./\\]/.test(given)) return given;
  const folder = path.join(project, 'pipelines');
  const files = existsSync(folder)
    ? readdirSync(folder).filter((name) => /\.ya?ml$/.test(name) && !isTestFile(name))
    : [];
  const names = new Map(
    files.flatMap((name): [string, string][] => {
      const file = path.join(folder, name);
      const found = nameIn(file);
      return found === null ? [] : [[found, file]];
    }),
  );
  const file = names.get(given);
  if (file !== undefined) return file;
  throw new PipelineError('USAGE', `there is no file or pipeline "${given.slice(0, 200)}"`, {
    remedy: suggest(given, [...names.keys()], 'pipelines'),
  });
}

/** @returns `null` for a file that no pipeline can be read from: another one may be meant. */
function nameIn(file: string): string | null {
  try {
    return loadSpec(file).name;
  } catch (error) {
    if (isPipelineError(error)) return null;
    throw error;
  }
}
