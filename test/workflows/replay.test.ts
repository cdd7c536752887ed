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
  }[];
}

const read = (file: string) =>
  JSON.parse(readFileSync(path.join(HISTORIES, file), 'utf8')) as HistoryJson;
const replay = (history: HistoryJson) =>
  Worker.runReplayHistory({ workflowBundle, dataConverter }, historyFromJSON(history));

describe('recorded histories', () => {
  it('exist for every way a run can end', () => {
    const names = new Set(files.map((file) => path.basename(file, '.json')));
    expect([...names].sort()).toEqual(['cancelled', 'failed', 'reviewed', 'timed-out']);
  });

  it.each(files)('%s replays', async (file) => {
    await expect(replay(read(file))).resolves.toBeUndefined();
  });

  it('do not replay when an activity was renamed', async () => {
    const history = read(files.find((file) => file.endsWith('reviewed.json')) ?? '');
    const scheduled = history.events.find((event) => event.activityTaskScheduledEventAttributes);
    const attributes = scheduled?.activityTaskScheduledEventAttributes;
    if (attributes) attributes.activityType.name = 'renamed';
    await expect(replay(history)).rejects.toMatchObject({ name: 'DeterminismViolationError' });
  });
});
