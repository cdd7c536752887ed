/** Whether Temporal answers, whether it is throttled, and whether a worker polls. */
import { randomUUID } from 'node:crypto';
import { proto3TaskQueueType } from './task-queue-type.ts';
import { PipelineError } from '../errors.ts';
import { connectClient, connectWorker } from '../temporal/connection.ts';
import { findServerBinary } from '../temporal/local-server.ts';
import type { TemporalSettings } from '../temporal/settings.ts';
import { findTemporal, TASK_QUEUE } from '../temporal/settings.ts';
import { createWorker } from '../temporal/worker.ts';
import type { Finding } from './finding.ts';
import { ok, problem } from './finding.ts';

const PROBE_STEPS = 12;
/** The unlifted cap of a development server gives 100 ms; one without it 10 to 20. */
const THROTTLED_MS = 60;
/** A poller asks again within a minute; the server lists dead ones for five. */
const FRESH_POLLER_MS = 90_000;

export async function checkTemporal(stateFolder: string): Promise<Finding[]> {
  let settings: TemporalSettings;
  try {
    settings = findTemporal(stateFolder);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return [notRunning()];
  }
  try {
    const client = await connectClient(settings);
    try {
      const reachable = ok('temporal', `${settings.address} answers`, {
        address: settings.address,
        namespace: settings.namespace,
      });
      return [
        reachable,
        await checkWorker(client, settings),
        await checkThrottle(client, settings),
      ];
    } finally {
      await client.connection.close();
    }
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    const remedy = error.remedy ?? 'start it with `modelwright up`';
    return [problem('temporal', 'fail', { message: error.message, remedy })];
  }
}

/** Nothing is wrong with a machine where no server has been started yet, if it could be. */
function notRunning(): Finding {
  const binary = findServerBinary();
  if (binary) {
    return problem('temporal', 'warn', {
      message: 'no server runs in this project; its binary is there',
      remedy: 'start it with `modelwright up`',
      details: { binary },
    });
  }
  return problem('temporal', 'fail', {
    message: 'no server runs, and there is no binary to start',
    remedy: 'run `npm run setup`, put `temporal` on PATH, or set TEMPORAL_ADDRESS',
  });
}

type Client = Awaited<ReturnType<typeof connectClient>>;

async function checkWorker(client: Client, { namespace }: TemporalSettings): Promise<Finding> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: TASK_QUEUE },
    taskQueueType: proto3TaskQueueType.workflow,
  });
  const fresh = (pollers ?? []).filter(({ lastAccessTime }) => {
    const seconds = Number(lastAccessTime?.seconds ?? 0);
    return Date.now() - seconds * 1000 < FRESH_POLLER_MS;
  });
  if (fresh.length > 0) {
    return ok('worker', `${fresh.length} poll the task queue "${TASK_QUEUE}"`, {
      pollers: fresh.map(({ identity }) => identity),
    });
  }
  return problem('worker', 'warn', {
    message: `no worker polls the task queue "${TASK_QUEUE}"`,
    remedy: 'start one with `modelwright up` or `modelwright worker`',
  });
}

/** Times a short chain of empty steps on a queue of its own. */
async function checkThrottle(client: Client, settings: TemporalSettings): Promise<Finding> {
  const taskQueue = `modelwright-probe-${randomUUID()}`;
  const connection = await connectWorker(settings);
  try {
    const worker = await createWorker({
      connection,
      namespace: settings.namespace,
      taskQueue,
      activities: { probe: () => Promise.resolve(null) },
    });
    const options = { taskQueue, workflowId: taskQueue, args: [PROBE_STEPS] };
    const elapsedMs = await worker.runUntil(
      () => client.workflow.execute('probeChain', options) as Promise<number>,
    );
    const msPerStep = Math.round((10 * elapsedMs) / PROBE_STEPS) / 10;
    const message = `${msPerStep} ms a step`;
    if (msPerStep < THROTTLED_MS) return ok('temporal speed', message, { msPerStep });
    return problem('temporal speed', 'warn', {
      message: `${message}: the server is throttled, or the machine is busy`,
      remedy:
        'start the server with --dynamic-config-value history.transferProcessorMaxPollRPS=10000 ' +
        'and history.timerProcessorMaxPollRPS=10000, as `modelwright up` does',
      details: { msPerStep },
    });
  } finally {
    await connection.close();
  }
}
