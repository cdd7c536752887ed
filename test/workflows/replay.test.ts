/**
 * Old runs must go on under new code: the histories of every release are replayed, and a
 * tampered one must be found out.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { WorkflowBundle } from '@temporalio/worker';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { dataConverter } from '../../src/temporal/payload-codec.ts';
import { installRuntime } from '../../src/temporal/runtime.ts';

const HISTORIES = fileURLToPath(new URL('../histories/', import.meta.url));
const SOURCES = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));
const files = readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort();

let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  installRuntime();
  const logger = new DefaultLogger('ERROR');
  workflowBundle = await bundleWorkflowCode({ workflowsPath: SOURCES, logger });
});

interface HistoryJson {
  readonly events: {
    activityTaskScheduledEventAttributes?: { activityType: { name: string } };
    startChildWorkflowExecutionInitiatedEventAttributes?: { workflowId: string };
    workflowExecutionStartedEventAttributes?: {
      workflowId?: string;
      lastCompletionResult?: unknown;
    };
  }[];
}

const read = (file: string) =>
  JSON.parse(readFileSync(path.join(HISTORIES, file), 'utf8')) as HistoryJson;
const replay = (history: HistoryJson) => {
  // Runs of steps are named after the run.
  const id = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId;
  return Worker.runReplayHistory({ workflowBundle, dataConverter }, historyFromJSON(history), id);
};

const named = (name: string) => read(files.find((file) => file.endsWith(`${name}.json`)) ?? '');
const DIVERGED = { name: 'DeterminismViolationError' };

describe('recorded histories', () => {
  it('exist for every way a workflow can go and end', () => {
    const names = new Set(files.map((file) => path.basename(file, '.json')));
    expect([...names].sort()).toEqual([
      'cancelled',
      'data-changed',
      'data-unchanged',
      'drift-found',
      'drift-no-model',
      'drift-unchanged',
      'event',
      'failed',
      'grouped',
      'language',
      'long-first',
      'long-next',
      'parent',
      'reviewed',
      'scheduled-ended',
      'scheduled-released',
      'scheduled-run',
      'scheduled-terminated',
      'timed-out',
      'undone',
    ]);
  });

  it.each(files)('%s replays', async (file) => {
    await expect(replay(read(file))).resolves.toBeUndefined();
  });

  it.each([
    ...['reviewed', 'scheduled-terminated', 'data-changed', 'data-unchanged'],
    ...['drift-found', 'drift-no-model', 'drift-unchanged'],
    ...['event', 'language', 'long-first', 'long-next', 'undone'],
  ])('do not replay when an activity was renamed: %s', async (name) => {
    const history = named(name);
    const scheduled = history.events.findLast(
      (event) => event.activityTaskScheduledEventAttributes,
    );
    const attributes = scheduled?.activityTaskScheduledEventAttributes;
    if (attributes) attributes.activityType.name = 'renamed';
    await expect(replay(history)).rejects.toMatchObject(DIVERGED);
  });

  it.each(['scheduled-ended', 'scheduled-released', 'data-changed', 'drift-found', 'parent'])(
    'do not replay when the run they started has another id: %s',
    async (name) => {
      const history = named(name);
      for (const { startChildWorkflowExecutionInitiatedEventAttributes: child } of history.events) {
        if (child) child.workflowId = 'another';
      }
      await expect(replay(history)).rejects.toMatchObject(DIVERGED);
    },
  );

  it('do not replay when a check no longer knows what the one before it saw', async () => {
    const history = named('data-unchanged');
    const started = history.events[0]?.workflowExecutionStartedEventAttributes;
    expect(started?.lastCompletionResult).toBeDefined();
    delete started?.lastCompletionResult;
    await expect(replay(history)).rejects.toMatchObject(DIVERGED);
  });
});
