/** A real server and worker for schedules: steps that do nothing, wait for a word, or ask people. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getClient } from '@temporalio/activity';
import { compareWithTraining } from '../../src/activities/compare-with-training.ts';
import type { FingerprintInput } from '../../src/activities/fingerprint-sources.ts';
import { fingerprintSources } from '../../src/activities/fingerprint-sources.ts';
import { measureDrift, type DriftQuestion } from '../../src/activities/measure-drift.ts';
import { terminateRun } from '../../src/activities/terminate-run.ts';
import type { ArtifactStore } from '../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import { artifactsFolder } from '../../src/artifacts/state-folder.ts';
import type { JsonObject } from '../../src/json.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { ScheduledPipeline } from '../../src/schedule/declare-schedules.ts';
import type { DataTrigger, DriftTrigger, ScheduleTrigger } from '../../src/spec/spec.ts';
import type { ActivityHooks } from '../../src/temporal/activity-adapter.ts';
import type { RunSummary } from '../../src/temporal/runs.ts';
import { listRuns } from '../../src/temporal/runs.ts';
import type { Engine, TestSteps } from '../temporal/harness.ts';
import { startEngine } from '../temporal/harness.ts';
import type { TestStep } from '../workflows/plans.ts';
import { planOf } from '../workflows/plans.ts';

export interface ScheduleRig extends Engine {
  /** Holds the registry of models. */
  readonly stateFolder: string;
  /** Holds the models and their data. */
  readonly models: ArtifactStore;
  /** Lets the `hold` step of a run end. */
  release(run: string): void;
  writeData(name: string, text: string): void;
  /** A pipeline's runs, the oldest first. */
  runsOf(pipeline: string): Promise<RunSummary[]>;
}

export async function startScheduleRig(): Promise<ScheduleRig> {
  const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-schedule-'));
  const dataRoot = path.join(folder, 'project');
  const stateFolder = path.join(folder, 'state');
  mkdirSync(dataRoot);
  const models = await openFolderStore(artifactsFolder(stateFolder));
  const released = new Set<string>();
  const engine = await startEngine({
    noop: async () => ({}),
    hold: async ({ run }, { signal }) => {
      while (!released.has(run.id)) {
        signal.throwIfAborted();
        await sleep(20);
      }
      return {};
    },
    'human-review': async ({ step }) => ({
      items: { uri: 'artifact://sha256/0', sha256: '0', bytes: 0, mediaType: 'x' },
      subjects: [{ id: `${step}-0`, digest: 'digest-0' }],
      classes: ['cat', 'dog'],
    }),
    ...({
      'fingerprint-sources': (input: FingerprintInput) =>
        fingerprintSources(input, { stateFolder, dataRoot }),
      'measure-drift': (input: DriftQuestion, { signal }: ActivityHooks) =>
        measureDrift(input, {
          ...{ stateFolder, dataRoot, store: models },
          compare: (job) => compareWithTraining(job, { store: models, signal }),
          note: () => undefined,
        }),
      'terminate-run': (input: { readonly run: string }) => terminateRun(getClient(), input),
    } as unknown as TestSteps),
  });
  return {
    ...engine,
    stateFolder,
    models,
    release: (run) => void released.add(run),
    writeData: (name, text) => writeFileSync(path.join(dataRoot, name), text),
    runsOf: async (pipeline) => {
      const runs = await listRuns(engine.client);
      return runs.filter((run) => run.pipeline === pipeline).reverse();
    },
    stop: async () => {
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const REVIEW: JsonObject = {
  timeout: '1h',
  quorum: 1,
  fourEyes: false,
  onTimeout: 'fail',
  onReject: 'fail',
};

export const NOOP: readonly TestStep[] = [{ id: 'a' }];
export const HOLD: readonly TestStep[] = [{ id: 'a', kind: 'hold' }];
export const REVIEWED: readonly TestStep[] = [
  { id: 'a' },
  { id: 'gate', kind: 'human-review', needs: ['a'], with: { literal: REVIEW } },
];

interface Given {
  readonly steps?: readonly TestStep[];
  readonly schedules?: readonly Partial<ScheduleTrigger>[];
  readonly data?: DataTrigger;
  readonly drift?: DriftTrigger;
}

export function pipelineOf(name: string, given: Given): ScheduledPipeline {
  const { steps = NOOP, schedules = [], data = null, drift = null } = given;
  return {
    name,
    file: `pipelines/${name}.yaml`,
    triggers: {
      push: null,
      schedules: schedules.map((schedule, index) => ({
        key: String(index),
        params: {},
        ...schedule,
      })),
      data,
      drift,
    },
    planFor: (params): Plan => ({ ...planOf(steps, name), params }),
  };
}

/** Polls until it holds; an error names what did not come. */
export async function until(what: string, holds: () => Promise<boolean>, withinMs = 15_000) {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await sleep(100);
  }
}
