/** Many kept results in one call. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { forecast } from '../../../src/activities/cache/forecast.ts';
import { probeCache, type ProbeInput } from '../../../src/activities/cache/probe-cache.ts';
import { decodeWith } from '../../../src/spec/step-schemas.ts';
import type { JsonObject } from '../../../src/json.ts';
import type { Plan, PlanStep, Template } from '../../../src/plan/plan.ts';
import { makeRig, startCompute, TABLE, type CacheRig, type ComputeCode } from './cache-rig.ts';

let compute: ComputeCode;
let rig: CacheRig;

beforeAll(async () => {
  compute = await startCompute();
});
afterAll(() => compute.close());
beforeEach(async () => {
  rig = await makeRig(compute);
  await rig.writeTable(100);
});
afterEach(() => rig.remove());

const RUN = { id: 'run-2', pipeline: 'p', planDigest: 'd', submittedBy: 'ada' };
const RETRY = { attempts: 1, backoffMs: 1, maxIntervalMs: 1, nonRetryable: [] };

const ref = (step: string, ...at: string[]): Template => ({ ref: { step, path: at } });
const literal = (value: JsonObject): Readonly<Record<string, Template>> =>
  Object.fromEntries(Object.entries(value).map(([key, item]) => [key, { literal: item }]));

function step(id: string, kind: string, input: Record<string, Template>, more = {}): PlanStep {
  const needs = Object.values(input).flatMap((item) => ('ref' in item ? item.ref.step : []));
  const timing = { retry: RETRY, timeoutMs: 1, heartbeatMs: 1 };
  return { id, kind, with: { map: input }, needs, ...timing, ...more };
}

const DATA = step('data', 'dataset', literal(TABLE));
const net = (id: string, hidden: number, more = {}) =>
  step(
    id,
    'architect',
    { dataset: ref('data', 'dataset'), ...literal({ family: 'mlp', hidden: [hidden] }) },
    more,
  );

/** Runs the steps, as another run would have. */
async function keep(...hidden: number[]): Promise<JsonObject> {
  const { outputs } = await rig.run('dataset', TABLE, { step: 'data' });
  for (const units of hidden) {
    const dataset = outputs['dataset']!;
    await rig.run(
      'architect',
      { dataset, family: 'mlp', hidden: [units] },
      { step: `net${units}` },
    );
  }
  return outputs;
}

const probe = (steps: readonly PlanStep[], more: Partial<ProbeInput> = {}) =>
  probeCache(
    { run: RUN, params: {}, steps, outputsSoFar: {}, wanted: steps.map(({ id }) => id), ...more },
    { cache: rig.cache, stateFolder: rig.state },
  );

it('finds a step, the steps that it makes known, and logs whose they are', async () => {
  await keep(3, 4);
  const { hits, more } = await probe([DATA, net('a', 3), net('b', 9), net('c', 4)]);
  expect(hits.map((hit) => [hit.step, hit.cached.run, hit.cached.step])).toEqual([
    ['data', 'run-1', 'data'],
    ['a', 'run-1', 'net3'],
    ['c', 'run-1', 'net4'],
  ]);
  expect(more).toBe(false);
  expect(await rig.log('run-2')).toHaveLength(3);
});

it('goes on from outputs that are given, for the wanted steps alone', async () => {
  const data = await keep(3, 4);
  const steps = [DATA, net('a', 3), net('b', 4)];
  expect((await probe(steps, { wanted: ['b'] })).hits).toEqual([]);
  const { hits } = await probe(steps, { wanted: ['b'], outputsSoFar: { data } });
  expect(hits.map((hit) => hit.step)).toEqual(['b']);
});

it('goes through `values`, which hands on what it is given', async () => {
  await keep(3);
  const handed = step('v', 'values', { dataset: ref('data', 'dataset') });
  const last = step('a', 'architect', {
    dataset: ref('v', 'dataset'),
    ...literal({ family: 'mlp', hidden: [3] }),
  });
  const { hits } = await probe([DATA, handed, last]);
  expect(hits.map((hit) => hit.step)).toEqual(['data', 'a']);
});

it.each<[string, Partial<PlanStep>]>([
  ['when', { when: 'true' }],
  [
    'foreach',
    { foreach: { over: { items: { literal: [1] } }, parallel: 1, onItemFailure: 'stop' } },
  ],
  ['repeat', { repeat: { until: 'true', max: 1, delayMs: 0, onMax: 'fail' } }],
  ['cache: false', { cache: false }],
  ['after a step that has not ended', { after: ['other'] }],
])('leaves out a step with %s', async (_, more) => {
  await keep(3);
  const { hits } = await probe([DATA, net('a', 3, more)]);
  expect(hits.map((hit) => hit.step)).toEqual(['data']);
});

it('has no hit, and no failure, where a source is gone or an input is refused', async () => {
  await keep(3);
  const absent = step('b', 'dataset', literal({ ...TABLE, source: 'absent.csv' }));
  const refused = step('c', 'dataset', literal({ source: 'table.csv' }));
  const unknown = step('d', 'dataset', { ...literal(TABLE), target: ref('data', 'no such') });
  const { hits } = await probe([absent, refused, DATA, unknown]);
  expect(hits.map((hit) => hit.step)).toEqual(['data']);
});

it('answers with at most a megabyte, and goes on in the next call', async () => {
  const data = await keep();
  const architecture = await rig.store.putJson({ any: 'thing' }, 'application/json');
  const layers = Array.from({ length: 250 }, (_, index) => ({
    ...{ name: `layer_${index}_${'x'.repeat(20)}`, type: 'dense', outputShape: [4] },
    parameters: index,
    operations: 0,
  }));
  const many = Array.from({ length: 60 }, (_, index) => net(`n${index}`, index + 1));
  for (const [index] of many.entries()) {
    const input = { dataset: data['dataset']!, family: 'mlp', hidden: [index + 1] };
    const stepInput = {
      ...{ run: RUN, step: 'x', kind: 'architect' },
      with: decodeWith<JsonObject>('architect', input),
    };
    const prepared = await rig.cache.prepare(stepInput);
    if ('reason' in prepared) throw new Error(prepared.reason);
    const memory = { parameters: 4, optimizer: 8, activationsPerRow: 0 };
    const costs = { parameters: 1, operations: 0, memory };
    const outputs = { architecture: { ...architecture }, ...costs, layers };
    expect(await rig.cache.keep(prepared, { input: stepInput, outputs, backend: null })).toBeNull();
  }
  const found: string[] = [];
  const outputsSoFar: Record<string, JsonObject> = { data };
  for (let calls = 1; ; calls++) {
    const answer = await probe([DATA, ...many], { outputsSoFar: { ...outputsSoFar } });
    expect(JSON.stringify(answer).length).toBeLessThan(1_100_000);
    for (const hit of answer.hits) outputsSoFar[hit.step] = hit.outputs;
    found.push(...answer.hits.map((hit) => hit.step));
    if (!answer.more) {
      expect(calls).toBeGreaterThan(1);
      break;
    }
  }
  expect(found).toEqual(many.map(({ id }) => id));
});

describe('the forecast of a plan', () => {
  const planOf = (...steps: PlanStep[]): Plan => ({
    ...{ version: 1, pipeline: 'p', description: '', params: {}, outputs: {}, digest: 'd' },
    steps,
  });
  const texts = async (...steps: PlanStep[]) => {
    const found = await forecast(planOf(...steps), rig.cache);
    return found.map((one) => (one.cached === 'hit' ? `hit ${one.madeBy.run}` : one.reason));
  };

  it('says for each step what is kept, or why not', async () => {
    await keep(3, 4);
    const compare = step('c', 'compare', { dataset: ref('data', 'dataset') });
    const gate = step('g', 'human-review', { model: ref('data', 'dataset') });
    const own = step('o', 'own-step', {});
    const warm = step('t', 'train', {
      ...{ dataset: ref('data', 'dataset'), architecture: ref('net3', 'architecture') },
      ...literal({ epochs: 1, warmStart: { name: 'm' } }),
    });
    const found = await texts(
      ...[DATA, net('net3', 3), net('net4', 5), net('new', 7), net('off', 3, { cache: false })],
      ...[net('maybe', 3, { when: 'true' }), compare, gate, own, warm],
      step('late', 'architect', { dataset: ref('new', 'architecture') }),
    );
    expect(found).toEqual([
      'hit run-1',
      'hit run-1',
      'with.hidden changed [4] → [5]',
      'no result kept',
      'cache: false',
      'decided as the run goes: it has `when`',
      'it reads the registry of models',
      'side effects: it asks people',
      'kind own-step is not known to be repeatable',
      'warmStart reads the registry of models',
      'depends on step new, which will run',
    ]);
  });

  it('says that data changed, and that what follows will run', async () => {
    await keep(3);
    await rig.writeTable(100, 1);
    expect(await texts(DATA, net('net3', 3))).toEqual([
      'data changed: table.csv',
      'depends on step data, which will run',
    ]);
    await writeFile(path.join(rig.state, 'table.csv'), '');
    await rig.cache.folder.clear();
    expect(await texts(DATA)).toEqual(['no result kept']);
    expect(await forecast(planOf(DATA), null)).toEqual([
      { step: 'data', cached: 'miss', reason: 'no result kept' },
    ]);
  });
});
