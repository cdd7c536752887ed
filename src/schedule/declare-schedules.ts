/** From a pipeline's triggers to the schedules that Temporal shall keep. */
import { createHash } from 'node:crypto';
import type { ScheduleOptions } from '@temporalio/client';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import type { Json } from '../json.ts';
import { canonicalJson } from '../json.ts';
import { parseDuration } from '../plan/duration.ts';
import type { Plan } from '../plan/plan.ts';
import type { DataTrigger, DriftTrigger, ScheduleTrigger, Triggers } from '../spec/spec.ts';
import type { DataCheckInput } from '../workflows/check-data.ts';
import type { DriftCheckInput } from '../workflows/check-drift.ts';
import type { ScheduledRunInput } from '../workflows/scheduled-run.ts';
import {
  DEFAULT_CATCH_UP_MS,
  DEFAULT_OVERLAP,
  OVERLAP_POLICY,
  scheduleSpec,
} from './schedule-spec.ts';

/** A pipeline as its schedules need it. */
export interface ScheduledPipeline {
  readonly name: string;
  readonly triggers: Triggers;
  /** As people know it: a path in the repository or project. */
  readonly file: string;
  /** See `RunIdentity.commit`. */
  readonly commit?: string | undefined;
  /** Compiles it with a trigger's parameters. */
  readonly planFor: (params: Readonly<Record<string, Json>>) => Plan;
}

/** What a schedule starts its workflow with. */
export type ScheduledInput = ScheduledRunInput | DataCheckInput | DriftCheckInput;

export interface DeclaredSchedule {
  readonly scheduleId: string;
  readonly pipeline: string;
  readonly options: Pick<ScheduleOptions, 'spec' | 'policies'>;
  readonly workflowType: 'scheduledRun' | 'checkData' | 'checkDrift';
  readonly input: ScheduledInput;
}

const DATA_KEY = 'data';
const DRIFT_KEY = 'drift';
const PREFIX = 'modelwright-';

/** Neither a key nor a name can end the other: a key holds no `-`. */
export const scheduleIdOf = (pipeline: string, key: string): string =>
  `${PREFIX}${pipeline}-${key}`;

/** Ids of the schedules that these triggers make, in the order of `declareSchedules`. */
export function scheduleIdsOf(pipeline: string, triggers: Triggers): readonly string[] {
  const { schedules, data, drift } = triggers;
  const keys = [
    ...schedules.map(({ key }) => key),
    ...(data ? [DATA_KEY] : []),
    ...(drift ? [DRIFT_KEY] : []),
  ];
  return keys.map((key) => scheduleIdOf(pipeline, key));
}

/** @throws PipelineErrors where the pipeline does not compile with a trigger's parameters. */
export function declareSchedules(
  pipeline: ScheduledPipeline,
  now: Date,
): readonly DeclaredSchedule[] {
  const { schedules, data, drift } = pipeline.triggers;
  return [
    ...schedules.map((trigger) => declareRun(pipeline, trigger, now)),
    ...(data ? [declareDataCheck(pipeline, data)] : []),
    ...(drift ? [declareDriftCheck(pipeline, drift)] : []),
  ];
}

function declareRun(
  pipeline: ScheduledPipeline,
  trigger: ScheduleTrigger,
  now: Date,
): DeclaredSchedule {
  const { overlap = DEFAULT_OVERLAP, catchUp } = trigger;
  const catchupWindow = catchUp === undefined ? DEFAULT_CATCH_UP_MS : parseDuration(catchUp);
  return declare(pipeline, trigger.key, {
    workflowType: 'scheduledRun',
    options: {
      spec: scheduleSpec(trigger, now),
      policies: { overlap: OVERLAP_POLICY[overlap], catchupWindow },
    },
    input: {
      trigger,
      plan: pipeline.planFor(trigger.params),
      onCancel: overlap === 'terminate-other' ? 'terminate' : 'cancel',
    },
  });
}

/** A check that is missed, or due while one is at work, is made good by the next. */
const CHECK_POLICIES = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: 10_000 } as const;

const declareDataCheck = (pipeline: ScheduledPipeline, trigger: DataTrigger): DeclaredSchedule =>
  declare(pipeline, DATA_KEY, {
    workflowType: 'checkData',
    options: { spec: scheduleSpec(trigger), policies: CHECK_POLICIES },
    input: { trigger, plan: pipeline.planFor(trigger.params) },
  });

const declareDriftCheck = (pipeline: ScheduledPipeline, trigger: DriftTrigger): DeclaredSchedule =>
  declare(pipeline, DRIFT_KEY, {
    workflowType: 'checkDrift',
    options: { spec: scheduleSpec(trigger), policies: CHECK_POLICIES },
    input: { trigger, plan: pipeline.planFor(trigger.params) },
  });

type Own = 'scheduleId' | 'file' | 'commit' | 'declared';

interface Declaration extends Pick<DeclaredSchedule, 'options' | 'workflowType'> {
  readonly input:
    Omit<ScheduledRunInput, Own> | Omit<DataCheckInput, Own> | Omit<DriftCheckInput, Own>;
}

function declare(
  { name, file, commit }: ScheduledPipeline,
  key: string,
  { options, workflowType, input }: Declaration,
): DeclaredSchedule {
  const scheduleId = scheduleIdOf(name, key);
  const at = commit === undefined ? { file } : { file, commit };
  const parts = { ...input, plan: input.plan.digest, workflowType, ...options, ...at };
  const declared = createHash('sha256')
    .update(canonicalJson(asJson(parts)))
    .digest('hex');
  return {
    scheduleId,
    pipeline: name,
    options,
    workflowType,
    input: { ...input, ...at, scheduleId, declared },
  };
}

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
