import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ArtifactRef, defineStep, FinalStepError, type Json } from '../../src/api/index.ts';
import { runStep } from '../../src/api/testing.ts';
import { setOwnKinds } from '../../src/spec/step-schemas.ts';
import { makeProject, type ProjectFolder } from '../config/project-folder.ts';

let project: ProjectFolder;
let schema: URL;
beforeEach(() => {
  project = makeProject();
  project.step('sum', {
    schema: {
      with: {
        required: ['values'],
        properties: {
          values: { type: 'array', items: { type: 'number' } },
          factor: { type: 'number', default: 2 },
          table: { 'x-artifact': 'table' },
        },
      },
      outputs: { required: ['sum'], properties: { sum: { type: 'number' } } },
    },
  });
  schema = pathToFileURL(path.join(project.folder, 'steps/sum.schema.json'));
});
afterEach(() => {
  project.remove();
  setOwnKinds([]);
});

interface With {
  readonly values: readonly number[];
  readonly factor: number;
  readonly table?: ArtifactRef;
}

const step = defineStep<With, { sum: number }>({
  kind: 'sum',
  async run({ values, factor, table }, context) {
    context.signal.throwIfAborted();
    context.heartbeat({ done: 1 });
    context.heartbeat();
    context.log('warn', 'adding', { attempt: context.attempt });
    if (values.length > 3) throw new FinalStepError('too many', { remedy: 'give fewer' });
    if (values.length > 2) throw new Error('three');
    const extra = table === undefined ? 0 : (await context.store.get(table)).byteLength;
    return { sum: factor * values.reduce((sum, value) => sum + value, extra) };
  },
});

it('runs a step with defaults, and keeps what it said', async () => {
  const run = await runStep(step, { schema, with: { values: [1, 2] }, attempt: 3 });
  expect(run).toMatchObject({
    outputs: { sum: 6 },
    logs: [{ level: 'warn', message: 'adding', fields: { attempt: 3 } }],
    heartbeats: [{ done: 1 }, null],
  });
  await run.dispose();
});

it('gives it artifacts that the test prepared', async () => {
  const run = await runStep(step, {
    schema,
    with: { values: [] },
    prepare: async (store) => ({ table: { ...(await store.put(Buffer.from('abc'), 'a/b')) } }),
  });
  expect(run.outputs).toEqual({ sum: 6 });
  await run.dispose();
});

it.each([
  ['`with` breaks the schema', { values: ['a'] }, 'SPEC_INVALID'],
  ['`with` has an unknown key', { values: [], value: 1 }, 'SPEC_UNKNOWN_KEY'],
  ['it throws', { values: [1, 2, 3] }, 'OWN_STEP_FAILED'],
  ['it gives up', { values: [1, 2, 3, 4] }, 'OWN_STEP_GAVE_UP'],
])('fails as a run would where %s', async (_, given, code) => {
  const expected = code === 'SPEC_UNKNOWN_KEY' ? 'SPEC_INVALID' : code;
  await expect(runStep(step, { schema, with: given })).rejects.toMatchObject({
    code: expected,
  });
});

it.each([
  ['are too large', { sum: 'x'.repeat(33_000) }, 'OUTPUT_TOO_LARGE'],
  ['break the schema', { sum: 'x' }, 'OUTPUT_INVALID'],
  ['have an unknown key', { sum: 1, more: 1 }, 'OUTPUT_INVALID'],
  ['are no map', [1], 'OUTPUT_INVALID'],
])('refuses outputs that %s', async (_, outputs, code) => {
  const wrong = defineStep<object, Json>({ kind: 'sum', run: () => outputs });
  await expect(runStep(wrong, { schema, with: { values: [] } })).rejects.toMatchObject({ code });
});

it('can be cancelled', async () => {
  const given = { schema, with: { values: [] }, signal: AbortSignal.abort() };
  await expect(runStep(step, given)).rejects.toMatchObject({ code: 'CANCELLED' });
});

it('refuses a schema of another kind, and one that is wrong', async () => {
  const other = defineStep({ kind: 'other', run: () => ({}) });
  await expect(runStep(other, { schema })).rejects.toMatchObject({ code: 'OWN_STEP_INVALID' });
  writeFileSync(schema, '{}');
  await expect(runStep(step, { schema })).rejects.toMatchObject({ code: 'OWN_STEP_INVALID' });
});
