import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilePlan, findFaults } from '../../src/plan/compile-plan.ts';
import type { Plan, PlanStep, Template } from '../../src/plan/plan.ts';
import { loadSpec } from '../../src/spec/load-spec.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/valid/', import.meta.url));
const load = (file: string) => loadSpec(path.join(FOLDER, file));
const language = (params = {}): Plan => compilePlan(load('language.yaml'), params, { load });

function step(plan: Plan, id: string): PlanStep {
  const all = [...plan.steps, ...(plan.onFailure ?? []), ...(plan.finally ?? [])];
  const found = all.find((one) => one.id === id);
  if (!found) throw new Error(`there is no step "${id}"`);
  return found;
}

const part = (template: Template, key: string): Template | undefined =>
  'map' in template ? template.map[key] : undefined;

const steps = (text: string): string => `name: x\nsteps:\n${text}`;
const compile = (text: string, params = {}): Plan => compilePlan(parseSpec(text, 'x.yaml'), params);
const codes = (text: string): string[] =>
  findFaults(parseSpec(text, 'x.yaml')).map(
    ({ code, location: at }) => `${at?.line}:${at?.column} ${code}`,
  );

describe('a plan of the whole language', () => {
  const plan = language();

  it('says what the run as a whole does', () => {
    expect(plan).toMatchObject({
      concurrency: { group: 'language-vision', limit: 2, whenBusy: 'cancel-older' },
      priority: 2,
      fairness: 'vision',
      secrets: { token: { env: 'DATA_TOKEN' }, key: { file: 'secrets/key' } },
    });
    expect(Object.keys(plan.pipelines ?? {})).toEqual(['child.yaml']);
    const small = compile(steps('  v: { uses: values, with: { n: 1 } }\n'));
    expect(Object.keys(small).sort()).toEqual(
      ['description', 'digest', 'outputs', 'params', 'pipeline', 'steps', 'version'].sort(),
    );
    expect(Object.keys(small.steps[0] ?? {}).sort()).toEqual(
      ['heartbeatMs', 'id', 'kind', 'needs', 'retry', 'timeoutMs', 'with'].sort(),
    );
  });

  it('computes before the run what parameters decide', () => {
    expect(step(plan, 'settings').with).toEqual({
      literal: { rate: 0.2, label: 'rate 0.1 of vision', names: ['vision', 'nobody'] },
    });
    expect(language({ rate: '0.4' }).outputs['rates']).toEqual({
      literal: [0.4, 0.8, 1.2000000000000002],
    });
    expect(language({ seeds: '[7]' }).params['seeds']).toEqual([7]);
  });

  it('keeps references, expressions and secrets for the run', () => {
    const headers = part(step(plan, 'tell').with, 'headers') as Template;
    expect(part(headers, 'authorization')).toEqual({
      concat: [{ literal: 'Bearer ' }, { secret: 'token' }],
    });
    expect(part(step(plan, 'fit').with, 'seed')).toEqual({ expression: 'item.seed' });
    expect(part(step(plan, 'fit').with, 'dataset')).toEqual({
      ref: { step: 'data', path: ['dataset'] },
    });
    expect(part(step(plan, 'best').with, 'trained')).toEqual({
      ref: { step: 'fit', path: ['succeeded'] },
    });
  });

  it('says over what a step goes, and until when it repeats', () => {
    expect(step(plan, 'fit').foreach).toEqual({
      over: {
        matrix: {
          seed: { literal: [1, 2, 3] },
          rate: { list: [{ literal: 0.1 }, { ref: { step: 'settings', path: ['rate'] } }] },
        },
      },
      parallel: 2,
      onItemFailure: 'continue',
    });
    expect(step(plan, 'grow').repeat).toEqual({
      until: 'outputs.n >= 8 || iteration == 5',
      max: 5,
      delayMs: 1_000,
      onMax: 'continue',
    });
  });

  it('fills in what is not given', () => {
    const text = steps(
      `  a:\n    uses: values\n    foreach: { items: [1] }\n    repeat: { until: iteration == 2, max: 2 }\n    with: { n: '\${{ item }}' }\n`,
    );
    expect(compile(`concurrency: { group: g }\n${text}`)).toMatchObject({
      concurrency: { group: 'g', limit: 1, whenBusy: 'queue' },
      steps: [
        {
          foreach: { parallel: 10, onItemFailure: 'stop' },
          repeat: { delayMs: 0, onMax: 'fail' },
        },
      ],
    });
  });

  it('tells what must have succeeded from what must have ended', () => {
    const waits = (id: string) => [step(plan, id).needs, step(plan, id).after];
    expect(waits('fit')).toEqual([['data', 'net', 'settings'], undefined]);
    expect(waits('careful')).toEqual([['best'], undefined]);
    // `after`, and the outputs of `best`.
    expect(waits('keep')).toEqual([['best'], ['careful']]);
    // An output of what stands in `after`, and an error that is asked for.
    expect(waits('join')).toEqual([['child'], ['keep', 'news']]);
    expect(waits('note')).toEqual([[], ['keep']]);
    expect(waits('after')).toEqual([['last'], undefined]);
  });

  it('has conditions that parameters decide put in, and leaves out those that hold', () => {
    expect(step(plan, 'news').when).toBe('false');
    expect(step(language({ strict: true }), 'news').when).toBeUndefined();
    expect(step(plan, 'careful').when).toBe('params.strict && steps.best.outputs.trained > 1');
  });

  it('says where a step runs and what may fail; what the workflow performs runs nowhere', () => {
    expect(step(plan, 'fit')).toMatchObject({ runsOn: 'gpu', cache: false });
    expect(step(plan, 'net').runsOn).toBe('cpu');
    expect(step(plan, 'net')).not.toHaveProperty('cache');
    expect(step(plan, 'settings')).not.toHaveProperty('runsOn');
    expect(step(plan, 'keep').onFailure).toBe('continue');
    expect(step(plan, 'fit')).not.toHaveProperty('onFailure');
  });

  it('has compensations as steps of their own', () => {
    expect(step(plan, 'keep').compensate).toMatchObject({
      id: 'keep.compensate',
      kind: 'promote',
      needs: ['best', 'keep'],
      timeoutMs: 60_000,
      retry: { attempts: 5 },
      runsOn: 'cpu',
    });
  });

  it('orders each section by itself', () => {
    expect(plan.onFailure?.map(({ id }) => id)).toEqual(['note']);
    expect(plan.finally?.map(({ id }) => id)).toEqual(['last', 'after']);
    const text = `${steps('  v: { uses: values, with: { n: 1 } }\n')}finally:\n  b: { uses: values, with: { n: '\${{ steps.a.outputs.n }}' } }\n  a: { uses: values, with: { n: '\${{ steps.v.outputs.n }}' } }\n`;
    expect(compile(text).finally?.map(({ id, needs }) => [id, needs])).toEqual([
      ['a', ['v']],
      ['b', ['a']],
    ]);
  });
});

describe('types that follow from the file', () => {
  const epochs = (values: string, source: string): string[] =>
    codes(`name: x
steps:
  data: { uses: dataset, with: { source: a, target: y } }
  net: { uses: architect, with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp } }
  v: ${values}
  fit:
    uses: train
    with:
      architecture: '\${{ steps.net.outputs.architecture }}'
      dataset: '\${{ steps.data.outputs.dataset }}'
      epochs: '\${{ ${source} }}'
`);
  const WRONG = ['11:16 TYPE_MISMATCH'];

  it.each([
    ['a whole number', '{ uses: values, with: { n: 3 } }', 'steps.v.outputs.n', []],
    ['text', '{ uses: values, with: { n: three } }', 'steps.v.outputs.n', WRONG],
    ['an item of a list', '{ uses: values, with: { n: [1, 2] } }', 'steps.v.outputs.n[0]', []],
    ['the list itself', '{ uses: values, with: { n: [1, 2] } }', 'steps.v.outputs.n', WRONG],
    [
      'an artifact',
      "{ uses: values, with: { n: '${{ steps.net.outputs.architecture }}' } }",
      'steps.v.outputs.n',
      WRONG,
    ],
    [
      'a count of items',
      '{ uses: values, foreach: { items: [1] }, with: { n: 1 } }',
      'steps.v.outputs.failed',
      [],
    ],
    [
      'an item of a foreach',
      "{ uses: values, foreach: { items: [a] }, with: { n: '${{ item }}' } }",
      'steps.v.outputs.items[0].n',
      WRONG,
    ],
    [
      'a place of a matrix',
      "{ uses: values, foreach: { matrix: { s: [a], k: [1] } }, with: { n: '${{ item.k }}' } }",
      'steps.v.outputs.items[0].n',
      [],
    ],
    [
      'the payload of an event',
      '{ uses: wait-for-event, with: { event: e, schema: { type: integer } } }',
      'steps.v.outputs.payload',
      [],
    ],
    [
      'another payload',
      '{ uses: wait-for-event, with: { event: e, schema: { type: string } } }',
      'steps.v.outputs.payload',
      WRONG,
    ],
    ['a state', '{ uses: delay, with: { for: 1s } }', 'steps.v.state', WRONG],
    [
      'what a condition chooses',
      '{ uses: delay, with: { for: 1s } }',
      'steps.v.state == "failed" ? 1 : 2',
      [],
    ],
  ])('%s', (_, values, source, expected) => {
    expect(epochs(values, source)).toEqual(expected);
  });
});

describe('steps that can never run', () => {
  const chain = (when: string): string =>
    `params: { on: { type: boolean, default: false } }\n${steps(
      `  a:\n    uses: values\n    when: ${when}\n    with: { n: 1 }\n  b: { uses: values, with: { n: '\${{ steps.a.outputs.n }}' } }\n  c:\n    uses: values\n    after: [b]\n    with: { n: 1 }\n`,
    )}`;

  it('are told with those that need them, but not those that do without', () => {
    expect(codes(chain('1 > 2'))).toEqual(['6:11 STEP_UNREACHABLE', '8:3 STEP_UNREACHABLE']);
  });

  it('are no fault where a parameter decides', () => {
    expect(codes(chain('params.on'))).toEqual([]);
    expect(compile(chain('params.on')).steps.map(({ when }) => when)).toEqual([
      'false',
      undefined,
      undefined,
    ]);
  });
});
