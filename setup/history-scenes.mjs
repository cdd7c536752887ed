/**
 * What is recorded by record-histories.mjs: each scene plays one way in which a workflow can end on
 * a real server, and gives the id of the workflow whose history is kept.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asActivity } from '../dist/temporal/activity-adapter.js';
import { ENGINE_ACTIVITIES } from '../dist/cli/engine-activities.js';
import { fingerprintSources } from '../dist/activities/fingerprint-sources.js';
import { terminateRun } from '../dist/activities/terminate-run.js';
import { PipelineError } from '../dist/errors.js';
import { reconcileSchedules } from '../dist/schedule/reconcile-schedules.js';
import { sendEvent } from '../dist/temporal/events.js';
import { decide, decisionFor, openItems } from '../dist/temporal/reviews.js';
import { cancelRun, finalStatus, runStatus, startRun } from '../dist/temporal/runs.js';
import { driftActivity, driftTrigger } from './drift-scenes.mjs';

/** Temporal suggests a new execution from this many events on, so that short runs have one. */
export const LONG_EVENTS = 200;

const ref = { uri: 'artifact://sha256/0', sha256: '0', bytes: 0, mediaType: 'x' };

/** Steps that do nothing, and the real activities of schedules. */
export const activitiesOf = ({ client, dataRoot, stateFolder }) => ({
  echo: asActivity(({ with: input }) => Promise.resolve(input)),
  'probe-cache': asActivity(() => Promise.resolve({ hits: [], more: false })),
  fail: asActivity(() => Promise.reject(new PipelineError('DATA_INVALID', 'row 3 is empty'))),
  hang: asActivity(
    (_input, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stop')))),
  ),
  'human-review': asActivity(({ step }) =>
    Promise.resolve({
      items: ref,
      subjects: [0, 1].map((row) => ({ id: `${step}-${row}`, digest: `digest-${row}` })),
      classes: ['cat', 'dog'],
    }),
  ),
  'record-decisions': asActivity(() => Promise.resolve({ decisions: ref })),
  'write-report': asActivity(() => Promise.resolve({ manifest: ref, report: ref })),
  'fingerprint-sources': asActivity((input) =>
    fingerprintSources(input, { stateFolder, dataRoot }),
  ),
  'measure-drift': driftActivity({ dataRoot, stateFolder }),
  'terminate-run': asActivity((input) => terminateRun(client, input)),
  ...ENGINE_ACTIVITIES,
});

const stepOf = ({ compensate, ...step }) => ({
  with: { literal: {} },
  needs: [],
  retry: { attempts: 2, backoffMs: 10, maxIntervalMs: 100, nonRetryable: [] },
  timeoutMs: 60_000,
  heartbeatMs: 5_000,
  ...step,
  ...(compensate && { compensate: stepOf({ id: step.id, ...compensate }) }),
});

const planOf = (name, steps, { onFailure, finally: last, ...extras } = {}) => ({
  version: 1,
  pipeline: name,
  description: '',
  params: {},
  steps: steps.map(stepOf),
  outputs: {},
  digest: name,
  ...extras,
  ...(onFailure && { onFailure: onFailure.map(stepOf) }),
  ...(last && { finally: last.map(stepOf) }),
});

const REVIEW = { timeout: '1h', quorum: 1, fourEyes: false, onTimeout: 'fail', onReject: 'fail' };

const gated = (settings) => [
  { id: 'a', kind: 'echo', with: { literal: { x: 1 } } },
  {
    id: 'b',
    kind: 'echo',
    needs: ['a'],
    with: { map: { y: { ref: { step: 'a', path: ['x'] } } } },
  },
  { id: 'c', kind: 'echo', needs: ['a'] },
  {
    id: 'gate',
    kind: 'human-review',
    needs: ['b', 'c'],
    with: { literal: { ...REVIEW, ...settings } },
  },
  { id: 'd', kind: 'echo', needs: ['gate'] },
];

const ECHO = [{ id: 'a', kind: 'echo' }];
const HANG = [
  { id: 'a', kind: 'hang' },
  { id: 'b', kind: 'echo', needs: ['a'] },
];

async function poll(look) {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(50);
  }
}

const untilOpen = (client, id) =>
  poll(async () => {
    const items = await openItems(client, id);
    return items.length > 0 && items;
  });

/** A run that a person starts, recorded when it has ended. */
const run =
  (name, steps, act = () => Promise.resolve(), extras = {}) =>
  async ({ client }) => {
    const plan = planOf(name, steps, extras);
    const { id } = await startRun(client, { plan, submittedBy: 'ann' });
    const recorded = await act(client, id);
    await finalStatus(client, id);
    return recorded ?? id;
  };

/** Declares one schedule, plays with what it starts, and takes it away. */
async function withSchedule(client, { name, steps, triggers }, play) {
  const declared = {
    name,
    file: `pipelines/${name}.yaml`,
    triggers: { push: null, schedules: [], data: null, ...triggers },
    planFor: (params) => ({ ...planOf(name, steps), params }),
  };
  const [{ scheduleId }] = await reconcileSchedules(client, [declared]);
  const handle = client.schedule.getHandle(scheduleId);
  try {
    return await play({
      /** The workflow of the nth time that was due, counted from 0. */
      started: (index) =>
        poll(async () => {
          const { recentActions } = (await handle.describe()).info;
          return recentActions[index]?.action.workflow.workflowId;
        }),
    });
  } finally {
    await handle.delete();
  }
}

/** What a schedule starts. `act` gets its workflow and a wait for its run; it says which to record. */
const scheduled =
  ({ steps, overlap, act }) =>
  ({ client }, name) => {
    const triggers = { schedules: [{ key: '0', params: {}, every: '1s', overlap }] };
    return withSchedule(client, { name, steps, triggers }, async ({ started }) => {
      const id = await started(0);
      return act(client, id, () => poll(() => childOf(client, id)));
    });
  };

async function childOf(client, id) {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  const child = events
    .map((event) => event.childWorkflowExecutionStartedEventAttributes)
    .find(Boolean);
  return child?.workflowExecution.workflowId;
}

const resultOf = (client, id) => client.workflow.getHandle(id).result();

async function cancelWaiting(client, id) {
  const { run: waiting, end } = await resultOf(client, id);
  if (end !== 'waits-for-people') throw new Error(`${id} ended with ${end}`);
  await cancelRun(client, waiting);
  await finalStatus(client, waiting);
  return waiting;
}

/** Checks of a source: the first, which starts a run, and the next, which finds nothing new. */
const check =
  (index) =>
  ({ client, dataRoot }, name) => {
    writeFileSync(path.join(dataRoot, 'rows.csv'), 'x,y\n1,2\n');
    const triggers = { data: { every: '1s', sources: ['rows.csv'], params: {} } };
    return withSchedule(client, { name, steps: ECHO, triggers }, async ({ started }) => {
      const id = await started(index);
      const { end } = await resultOf(client, id);
      if (end !== (index === 0 ? 'ended' : null)) throw new Error(`${name} ended with ${end}`);
      return id;
    });
  };

/** Checks for drift: without a model, the first that finds some, and the next, which compares nothing. */
const driftCheck =
  ({ index, model, end: expected }) =>
  async (stage, name) => {
    const { client } = stage;
    const triggers = { drift: await driftTrigger(stage, name, { model }) };
    return withSchedule(client, { name, steps: ECHO, triggers }, async ({ started }) => {
      const id = await started(index);
      const { end, says } = await resultOf(client, id);
      if (end !== expected) throw new Error(`${name} ended with ${end}: ${says}`);
      return id;
    });
  };

/** The group of two runs: the first holds it until a person cancels it, then the second has its turn. */
async function grouped({ client }, name) {
  const concurrency = { group: name, limit: 1, whenBusy: 'queue' };
  const start = (pipeline, steps) =>
    startRun(client, { plan: { ...planOf(pipeline, steps), concurrency }, submittedBy: 'ann' });
  const first = await start('grouped-first', HANG);
  const stateOf = async ({ id }) => (await runStatus(client, id)).state;
  await poll(async () => (await runStatus(client, first.id)).steps[0].state === 'running');
  const second = await start('grouped-second', ECHO);
  await poll(async () => (await stateOf(second)) === 'queued');
  // Longer than a group waits before it asks who is gone.
  await sleep(11_000);
  await cancelRun(client, first.id);
  await finalStatus(client, second.id);
  const id = `modelwright-group-${name}`;
  await resultOf(client, id);
  return id;
}

/** Of each kind of step that makes more than one activity, or none, of itself. */
const LANGUAGE = [
  { id: 'facts', kind: 'values', with: { literal: { list: [1, 2, 3] } } },
  {
    id: 'each',
    kind: 'echo',
    needs: ['facts'],
    with: { map: { double: { expression: 'item * 2' } } },
    foreach: {
      over: { items: { ref: { step: 'facts', path: ['list'] } } },
      parallel: 2,
      onItemFailure: 'continue',
    },
  },
  {
    id: 'again',
    kind: 'echo',
    needs: ['each'],
    with: { map: { at: { expression: 'iteration' } } },
    repeat: { until: 'outputs.at == 3', max: 5, delayMs: 100, onMax: 'fail' },
  },
  { id: 'never', kind: 'echo', needs: ['again'], when: 'steps.again.outputs.at > 5' },
  { id: 'tolerated', kind: 'fail', needs: ['again'], onFailure: 'continue' },
  { id: 'last', kind: 'echo', after: ['never', 'tolerated'] },
];

/** A run that is undone, tells of its failure and clears up. */
const UNDONE = [
  { id: 'a', kind: 'echo', compensate: { kind: 'echo' } },
  { id: 'b', kind: 'echo', needs: ['a'], compensate: { kind: 'echo' } },
  { id: 'c', kind: 'fail', needs: ['b'] },
];

const EVENT = [
  { id: 'pause', kind: 'delay', with: { literal: { for: '100ms' } } },
  {
    id: 'wait',
    kind: 'wait-for-event',
    needs: ['pause'],
    with: { literal: { event: 'deployed', schema: { type: 'object' }, timeout: '1h' } },
  },
  { id: 'b', kind: 'echo', needs: ['wait'] },
];

async function send(client, id) {
  await poll(async () => (await runStatus(client, id)).steps[1].state === 'waiting');
  const event = { event: 'deployed', sentBy: 'ann' };
  await sendEvent(client, id, { ...event, eventId: 'first', payload: 'no object' });
  await sendEvent(client, id, { ...event, eventId: 'second', payload: { to: 'here' } });
}

const CHILD = `name: child
steps: { value: { uses: values, with: { n: 7 } } }
outputs: { n: '${'$'}{{ steps.value.outputs.n }}' }
`;
const PARENT = [
  {
    id: 'sub',
    kind: 'pipeline',
    with: { literal: { file: 'pipelines/child.yaml' } },
  },
];

/** Long enough for a second execution; see `LONG_EVENTS`. */
const CHAIN = Array.from({ length: 60 }, (_, index) => ({
  id: `s${index}`,
  kind: 'echo',
  needs: index === 0 ? [] : [`s${index - 1}`],
}));

/** The first of a long run's executions. */
async function firstExecution(client, id) {
  const { runId } = await client.workflow.getHandle(id).describe();
  return { id, runId };
}

export const SCENES = {
  reviewed: run('reviewed', gated({}), async (client, id) => {
    const [first, second] = await untilOpen(client, id);
    await decide(client, first, { verdict: 'approve', reviewer: 'ann' });
    await decide(client, first, { verdict: 'reject', reviewer: 'bob' });
    const choice = { verdict: 'relabel', label: 'dog', reviewer: 'ann' };
    await client.workflow.getHandle(id).signal('review', decisionFor(second, choice));
  }),
  'timed-out': run('timed-out', gated({ timeout: '300ms', onTimeout: 'approve' })),
  failed: run('failed', [
    { id: 'a', kind: 'fail' },
    { id: 'b', kind: 'echo', needs: ['a'] },
    { id: 'c', kind: 'echo' },
  ]),
  cancelled: run('cancelled', HANG, async (client, id) => {
    await sleep(500);
    await cancelRun(client, id);
  }),
  'scheduled-ended': scheduled({
    steps: ECHO,
    act: async (client, id) => {
      await resultOf(client, id);
      return id;
    },
  }),
  'scheduled-released': scheduled({
    steps: gated({}),
    act: async (client, id) => {
      await cancelWaiting(client, id);
      return id;
    },
  }),
  // Its run, which told the schedule's workflow that it waits.
  'scheduled-run': scheduled({ steps: gated({}), act: cancelWaiting }),
  'scheduled-terminated': scheduled({
    steps: HANG,
    overlap: 'terminate-other',
    act: async (client, id, untilRuns) => {
      await untilRuns();
      await client.workflow.getHandle(id).cancel();
      await resultOf(client, id).catch((error) => {
        if (error.name !== 'WorkflowFailedError') throw error;
      });
      return id;
    },
  }),
  'data-changed': check(0),
  'data-unchanged': check(1),
  'drift-no-model': driftCheck({ index: 0, model: 'none', end: null }),
  'drift-found': driftCheck({ index: 0, model: 'trained', end: 'ended' }),
  'drift-unchanged': driftCheck({ index: 1, model: 'trained', end: null }),
  grouped,
  language: run('language', LANGUAGE),
  undone: run('undone', UNDONE, undefined, {
    onFailure: [{ id: 'tell', kind: 'echo' }],
    finally: [{ id: 'clear', kind: 'echo' }],
  }),
  event: run('event', EVENT, send),
  parent: run('parent', PARENT, undefined, {
    pipelines: { 'pipelines/child.yaml': { text: CHILD } },
  }),
  'long-first': run('long-first', CHAIN, firstExecution),
  'long-next': run('long-next', CHAIN),
};
