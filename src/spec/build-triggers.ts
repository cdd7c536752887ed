/** Takes `on` from a pipeline file's value. */
import { DRIFT_STATISTICS, USUAL_THRESHOLDS } from '../drift-statistics.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type {
  DataTrigger,
  DriftTrigger,
  Overlap,
  PushTrigger,
  ScheduleTrigger,
  Triggers,
} from './spec.ts';
import { defined, mapOf, numberOf, oneOf, textOf, textsOf } from './take-values.ts';

export function buildTriggers(on: JsonObject): Triggers {
  const { push, schedule, data, drift } = on;
  return {
    push: isJsonObject(push) ? buildPush(push) : null,
    schedules: Array.isArray(schedule)
      ? (schedule as readonly Json[]).map((item, index) => buildSchedule(mapOf(item), index))
      : [],
    data: isJsonObject(data) ? buildData(data) : null,
    drift: isJsonObject(drift) ? buildDrift(drift) : null,
  };
}

const globsOf = (value: Json | undefined): readonly string[] | null =>
  value === undefined ? null : textsOf(value);

const buildPush = ({ branches, tags, paths, params }: JsonObject): PushTrigger => ({
  branches: globsOf(branches),
  tags: globsOf(tags),
  paths: globsOf(paths),
  params: mapOf(params),
});

const OVERLAPS: readonly Overlap[] = [
  'skip',
  'buffer-one',
  'buffer-all',
  'cancel-other',
  'terminate-other',
  'allow-all',
];

const buildSchedule = (schedule: JsonObject, index: number): ScheduleTrigger => ({
  key: textOf(schedule['name']) ?? String(index),
  params: mapOf(schedule['params']),
  ...defined({
    cron: textOf(schedule['cron']),
    every: textOf(schedule['every']),
    timeZone: textOf(schedule['timeZone']),
    jitter: textOf(schedule['jitter']),
    overlap: OVERLAPS.find((overlap) => overlap === schedule['overlap']),
    catchUp: textOf(schedule['catchUp']),
  }),
});

const buildData = ({ every, sources, params }: JsonObject): DataTrigger => ({
  every: textOf(every) ?? '',
  sources: textsOf(sources),
  params: mapOf(params),
});

const DEFAULT_ALIAS = 'production';

function buildDrift({
  every,
  source,
  model,
  statistic: written,
  threshold,
  features,
  params,
}: JsonObject): DriftTrigger {
  const { name, alias } = mapOf(model);
  const statistic = oneOf(DRIFT_STATISTICS, written) ?? 'psi';
  return {
    every: textOf(every) ?? '',
    source: textOf(source) ?? '',
    model: { name: textOf(name) ?? '', alias: textOf(alias) ?? DEFAULT_ALIAS },
    statistic,
    threshold: numberOf(threshold) ?? USUAL_THRESHOLDS[statistic],
    features: numberOf(features) ?? 1,
    params: mapOf(params),
  };
}
