/** A real Temporal server and worker for tests, in a folder of their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import type { ArtifactStore } from '../../src/artifacts/artifact.ts';
import type { StepInput } from '../../src/activities/step.ts';
import { recordDecisions } from '../../src/activities/record-decisions.ts';
import type { JsonObject } from '../../src/json.ts';
import type { ActivityHooks } from '../../src/temporal/activity-adapter.ts';
import { ENGINE_ACTIVITIES } from '../../src/cli/engine-activities.ts';
import { asActivity } from '../../src/temporal/activity-adapter.ts';
import { connectClient, connectWorker } from '../../src/temporal/connection.ts';
import { ensureLocalServer, freePort } from '../../src/temporal/local-server.ts';
import type { TemporalSettings } from '../../src/temporal/settings.ts';
import type { Activities } from '../../src/temporal/worker.ts';
import { createWorker } from '../../src/temporal/worker.ts';
import type { DecisionRecord, RunRecord } from '../../src/workflows/run-state.ts';

export type TestSteps = Record<
  string,
  (input: StepInput, hooks: ActivityHooks) => Promise<JsonObject>
>;

export interface Engine {
  readonly client: Client;
  readonly settings: TemporalSettings;
  readonly store: ArtifactStore;
  /** What `write-report` was given, by run id. */
  readonly records: ReadonlyMap<string, RunRecord>;
  /** A further worker, which stops with the engine. */
  addWorker(steps: TestSteps, version?: WorkerDeploymentVersion): Promise<void>;
  stop(): Promise<void>;
}

export function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'modelwright-test-'));
}

interface EngineOptions {
  /** The state folder, deleted in the end. */
  readonly folder?: string;
  /** Of the server. */
  readonly dynamicConfig?: Readonly<Record<string, number>>;
  /** Of the first worker. */
  readonly version?: WorkerDeploymentVersion;
}

/** The engine alone: steps are the test's own functions. */
export async function startEngine(
  steps: TestSteps,
  { folder = temporaryFolder(), dynamicConfig = {}, version }: EngineOptions = {},
): Promise<Engine> {
  const server = await ensureLocalServer(folder, { port: await freePort(), dynamicConfig });
  const store = await openFolderStore(path.join(folder, 'artifacts'));
  const client = await connectClient(server.settings);
  const records = new Map<string, RunRecord>();
  const activitiesOf = (own: TestSteps) => ({
    ...Object.fromEntries(Object.entries(own).map(([kind, step]) => [kind, asActivity(step)])),
    // The test's own steps have no results that could be kept.
    'probe-cache': asActivity(() => Promise.resolve({ hits: [], more: false })),
    ...ENGINE_ACTIVITIES,
    'record-decisions': asActivity((record: DecisionRecord) => recordDecisions(record, store)),
    'write-report': asActivity(async (record: RunRecord) => {
      if (record.status.run.pipeline === 'unreportable') throw new TypeError('no ink');
      records.set(record.status.run.id, record);
      const manifest = await store.putJson(record, 'application/json');
      return { manifest, report: manifest };
    }),
  });
  const stops: (() => Promise<void>)[] = [];
  const addWorker: Engine['addWorker'] = async (own, ofVersion) => {
    const activities = activitiesOf(own) as unknown as Activities;
    const connection = await connectWorker(server.settings);
    const options = { connection, namespace: 'default', activities, version: ofVersion };
    const worker = await createWorker(options);
    const running = worker.run();
    stops.push(async () => {
      worker.shutdown();
      await running;
      await connection.close();
    });
  };
  await addWorker(steps, version);
  return {
    client,
    settings: server.settings,
    store,
    records,
    addWorker,
    stop: async () => {
      for (const stop of stops) await stop();
      await client.connection.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
