/** The same plans on a real server and in virtual time: nobody could tell the two apart. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptResult } from '../../src/dry-run/attempts.ts';
import { dryRun } from '../../src/dry-run/dry-run.ts';
import type { Script, Timed } from '../../src/dry-run/script.ts';
import { PipelineError } from '../../src/errors.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import type { Template } from '../../src/plan/plan.ts';
import { cancelRun, finalStatus, runStatus, startRun } from '../../src/temporal/runs.ts';
import type { OutsideEvent, RunStatus } from '../../src/workflows/run-state.ts';
import type { PlanExtras, TestStep } from '../workflows/plans.ts';
import { planOf } from '../workflows/plans.ts';
import type { Engine } from './harness.ts';
import { startEngine } from './harness.ts';

/** What each kind of the test does, for both. */
const KINDS: Record<string, (input: JsonObject, attempt: number) => JsonObject> = {
  echo: (input) => input,
  double: ({ item }) => {
    if (item === 'bad') throw new PipelineError('DATA_INVALID', 'a bad item');
    return { double: Number(item) * 2 };
  },
  refuse: () => {
    throw new PipelineError('DATA_INVALID', 'row 3 is empty');
  },
  flaky: (_, attempt) => {
    if (attempt < 3) throw new PipelineError('COMPUTE_CRASHED', 'gone');
    return { attempt };
  },
  'human-review': () => ({
    items: { uri: 'artifact://sha256/0', sha256: '0', bytes: 1, mediaType: 'application/json' },
    subjects: ['a', 'b'].map((id) => ({ id, digest: id })),
    classes: ['yes', 'no'],
  }),
};

let engine: Engine;
const begun: string[] = [];

beforeAll(async () => {
  const steps = Object.entries(KINDS).map(([kind, perform]) => [
    kind,
    async (
      { run, step, with: input }: { run: { id: string }; step: string; with: JsonObject },
      { attempt }: { attempt: number },
    ) => {
      if (attempt === 1) begun.push(`${run.id}/${step}`);
      return perform(input, attempt);
    },
  ]);
  engine = await startEngine({
    ...Object.fromEntries(steps),
    hang: ({ run, step }, { signal }) => {
      begun.push(`${run.id}/${step}`);
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('stop'))),
      );
    },
  });
});
afterAll(() => engine.stop());

interface Scene {
  readonly steps: readonly TestStep[];
  readonly extras?: PlanExtras;
  readonly events?: readonly OutsideEvent[];
  /** Once this step is at work. */
  readonly cancelAt?: string;
  readonly verdicts?: readonly ('approve' | 'reject')[];
}

const literal = (value: Json): Template => ({ literal: value });
const map = (entries: Record<string, string>): Template => ({
  map: Object.fromEntries(
    Object.entries(entries).map(([key, expression]) => [key, { expression }]),
  ),
});
const over = (items: Json, onItemFailure: 'stop' | 'continue') => ({
  foreach: { over: { items: literal(items) }, parallel: 1, onItemFailure },
  with: map({ item: 'item', index: 'index' }),
});
const undo = (id: string): TestStep => ({ id: `${id}.compensate`, kind: 'echo' });
const gate = (onReject: string): TestStep => ({
  id: 'gate',
  kind: 'human-review',
  with: literal({ timeout: '1s', onTimeout: 'reject', onReject }),
});
const counting = map({ n: 'iteration', before: 'has(previous.n) ? previous.n : 0' });
const repeat = { until: 'outputs.n >= 3', max: 5, delayMs: 10, onMax: 'fail' } as const;
const event = (eventId: string, payload: Json): OutsideEvent => ({
  ...{ eventId, payload },
  event: 'deployed',
  sentBy: 'ci',
});
const schema = { type: 'object', required: ['ok'], properties: { ok: { type: 'boolean' } } };
const child = (params: string) => `name: child
params: { n: { type: integer, maximum: 3 } }
steps:
  sum: { uses: values, with: { n: '\${{ ${params} }}' } }
outputs: { n: '\${{ steps.sum.outputs.n }}' }
`;

const SCENES: Record<string, Scene> = {
  expressions: {
    steps: [
      { id: 'a', kind: 'values', with: map({ n: 'params.n + 1', who: 'run.submittedBy' }) },
      { id: 'b', kind: 'echo', needs: ['a'], with: map({ big: 'steps.a.outputs.n > 3' }) },
    ],
    extras: { params: { n: 4 }, outputs: { big: { ref: { step: 'b', path: ['big'] } } } },
  },
  'an expression without a value': {
    steps: [{ id: 'a', kind: 'values', with: map({ x: '[1][5]' }) }],
  },
  branches: {
    steps: [
      { id: 'no', kind: 'echo', when: '1 > 2' },
      { id: 'behind', kind: 'echo', needs: ['no'] },
      { id: 'join', kind: 'values', after: ['no'], with: map({ how: 'steps.no.state' }) },
    ],
  },
  'a tolerated failure': {
    steps: [
      { id: 'bad', kind: 'refuse', onFailure: 'continue' },
      { id: 'then', kind: 'values', after: ['bad'], with: map({ code: 'steps.bad.error.code' }) },
    ],
  },
  'items, one of them bad': {
    steps: [{ id: 'many', kind: 'double', ...over([1, 'bad', 3], 'stop') }],
  },
  'items, whatever fails': {
    steps: [{ id: 'many', kind: 'double', ...over([1, 'bad', 3], 'continue') }],
  },
  'iterations until something holds': {
    steps: [{ id: 'poll', kind: 'echo', repeat, with: counting }],
  },
  'iterations that are too few': {
    steps: [{ id: 'poll', kind: 'echo', repeat: { ...repeat, max: 2 }, with: counting }],
  },
  'attempts that are enough': { steps: [{ id: 'a', kind: 'flaky', attempts: 3 }] },
  'attempts that are too few': { steps: [{ id: 'a', kind: 'flaky', attempts: 2 }] },
  'a failure that is undone and told of': {
    steps: [
      { id: 'a', kind: 'echo', compensate: undo('a') },
      { id: 'b', kind: 'echo', needs: ['a'], compensate: undo('b') },
      { id: 'c', kind: 'refuse', needs: ['b'], compensate: undo('c') },
      { id: 'd', kind: 'echo', needs: ['c'] },
    ],
    extras: {
      onFailure: [{ id: 'tell', kind: 'echo', with: map({ what: 'failure' }) }],
      finally: [
        { id: 'clear', kind: 'echo', with: map({ d: 'steps.d.state' }) },
        { id: 'needless', kind: 'echo', needs: ['d'] },
      ],
    },
  },
  'a cancellation': {
    steps: [
      { id: 'a', kind: 'echo', compensate: undo('a') },
      { id: 'b', kind: 'hang', needs: ['a'] },
      { id: 'c', kind: 'echo', needs: ['b'] },
    ],
    extras: {
      onFailure: [{ id: 'tell', kind: 'echo' }],
      finally: [{ id: 'clear', kind: 'echo' }],
    },
    cancelAt: 'b',
  },
  'events, good and bad': {
    steps: [
      { id: 'nap', kind: 'delay', with: literal({ for: '500ms' }) },
      {
        id: 'wait',
        kind: 'wait-for-event',
        needs: ['nap'],
        with: literal({ event: 'deployed', schema, timeout: '1m' }),
      },
    ],
    events: [event('1', { ok: 'yes' }), event('2', { ok: true }), event('2', { ok: false })],
  },
  'an event that does not come': {
    steps: [
      { id: 'a', kind: 'wait-for-event', with: literal({ event: 'x', timeout: '200ms' }) },
      { id: 'b', kind: 'echo', needs: ['a'] },
    ],
  },
  'a review that approves': { steps: [gate('fail')], verdicts: ['approve', 'approve'] },
  'a review that rejects': { steps: [gate('fail')], verdicts: ['approve', 'reject'] },
  'a review that goes on': { steps: [gate('continue')], verdicts: ['reject', 'approve'] },
  'a review that nobody ends': { steps: [gate('continue')], verdicts: ['approve'] },
  'a pipeline in a pipeline': {
    steps: [
      { id: 'sub', kind: 'pipeline', with: literal({ file: 'c.yaml', params: { n: 2 } }) },
      { id: 'then', kind: 'echo', needs: ['sub'], with: map({ n: 'steps.sub.outputs.n' }) },
    ],
    extras: { pipelines: { 'c.yaml': { text: child('params.n * 2') } } },
  },
  'a pipeline that is given what it does not take': {
    steps: [{ id: 'sub', kind: 'pipeline', with: literal({ file: 'c.yaml', params: { n: 7 } }) }],
    extras: { pipelines: { 'c.yaml': { text: child('params.n') } } },
  },
  'a pipeline that fails': {
    steps: [{ id: 'sub', kind: 'pipeline', with: literal({ file: 'c.yaml', params: { n: 0 } }) }],
    extras: { pipelines: { 'c.yaml': { text: child('[1, 2][params.n + 5]') } } },
  },
};

const verdictOf = (verdict: 'approve' | 'reject', id: string) => ({
  ...{ verdict, itemId: id, decisionId: id, subjectDigest: id },
  gateId: 'gate',
  reviewer: 'bob',
});

async function reallyRun({ steps, extras, events, cancelAt, verdicts }: Scene, name: string) {
  const plan = planOf(steps, name, extras);
  const { id } = await startRun(engine.client, { plan, submittedBy: 'ann', runId: name });
  const handle = engine.client.workflow.getHandle(id);
  for (const message of events ?? []) await handle.signal('event', message);
  const until = async (holds: (status: RunStatus) => boolean) => {
    while (!holds(await runStatus(engine.client, id))) await sleep(20);
  };
  if (cancelAt !== undefined) {
    await until((status) => status.steps.some((s) => s.id === cancelAt && s.state === 'running'));
    await cancelRun(engine.client, id);
  }
  if (verdicts) await until(({ state }) => state === 'waiting-for-review');
  for (const [index, verdict] of (verdicts ?? []).entries()) {
    await handle.signal('review', verdictOf(verdict, 'ab'[index] ?? ''));
  }
  const status = await finalStatus(engine.client, id);
  const order = begun.flatMap((entry) => (entry.startsWith(`${id}/`) ? entry.split('/')[1] : []));
  return { status, order };
}

function attempt(kind: string, input: JsonObject, number: number): AttemptResult {
  if (kind === 'hang') return { takesMs: 50_000, outputs: {} };
  try {
    return { takesMs: 1, outputs: KINDS[kind]?.(input, number) ?? {} };
  } catch (error) {
    const { code, message } = error as PipelineError;
    return { takesMs: 1, fails: code, message };
  }
}

async function runDry({ steps, extras, events, cancelAt, verdicts }: Scene, name: string) {
  const plan = planOf(steps, name, extras);
  const timed = <T>(message: T): Timed<T> => ({ afterMs: 20, message });
  const script: Script = {
    attempt: ({ step, input, number }) => attempt(step.kind, input.with, number),
    decisions: () =>
      (verdicts ?? []).map((verdict, index) => timed(verdictOf(verdict, 'ab'[index] ?? ''))),
    child: () => script,
    events: (events ?? []).map(timed),
    cancelAfterMs: cancelAt === undefined ? undefined : 1_000,
  };
  const startsAtMs = Date.parse('2026-01-01T00:00:00Z');
  const { status, beginnings } = await dryRun({ plan, script, startsAtMs, submittedBy: 'ann' });
  const kindOf = new Map(status.steps.map(({ id, kind }) => [id, kind]));
  const isActivity = (instance: string) => {
    const kind = kindOf.get(instance) ?? kindOf.get(instance.split('.', 1)[0] ?? '') ?? '';
    return kind in KINDS || kind === 'hang';
  };
  const order = beginnings.map(({ instance }) => instance).filter(isActivity);
  return { status, order };
}

/** All but what hangs on the clock, and on who stores things. */
function seen({
  status,
  order,
}: {
  readonly status: RunStatus;
  readonly order: readonly unknown[];
}) {
  const { state, steps, error, outputs, gates, refusedEvents } = status;
  const TIMED = new Set(['until', 'receivedAt', 'decisions']);
  const whole = {
    ...{ state, error, outputs, refusedEvents, order },
    steps: steps.map(({ startedAtMs: _, finishedAtMs: __, ...step }) => step),
    gates: gates.map((one) => ({ state: one.state, subjects: one.subjects })),
  };
  return JSON.parse(
    JSON.stringify(whole, (key, value) =>
      TIMED.has(key) || key.endsWith('AtMs') ? 'timed' : (value as unknown),
    ),
  ) as { state: string };
}

describe('a dry run ends as the real one', () => {
  const names = Object.keys(SCENES);

  it.each(names)('%s', async (name) => {
    const scene = SCENES[name] as Scene;
    const id = `dry${names.indexOf(name)}`;
    const real = seen(await reallyRun(scene, id));
    expect(['succeeded', 'failed', 'cancelled']).toContain(real.state);
    expect(seen(await runDry(scene, id))).toEqual(real);
  });
});
