import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineStep, FinalStepError } from '../../../src/activities/own-steps/define-step.ts';
import { loadOwnStep } from '../../../src/activities/own-steps/load-own-step.ts';
import { runOwnStep } from '../../../src/activities/own-steps/run-own-step.ts';
import type { StepContext } from '../../../src/activities/step.ts';
import { useProject } from '../../../src/config/project.ts';
import { PipelineError } from '../../../src/errors.ts';
import { setOwnKinds } from '../../../src/spec/step-schemas.ts';
import { makeProject, type ProjectFolder } from '../../config/project-folder.ts';
import { makeTestPlace, type TestPlace } from '../step-context.ts';

let project: ProjectFolder;
let place: TestPlace;
beforeEach(async () => {
  project = makeProject();
  place = await makeTestPlace();
});
afterEach(async () => {
  project.remove();
  await place.remove();
  setOwnKinds([]);
});

async function load(module: string) {
  project.step('mine', { module });
  const own = useProject(project.folder).ownSteps.get('mine');
  if (own === undefined) throw new Error('the step is not there');
  return loadOwnStep(own);
}

describe('a module', () => {
  it('gives its step', async () => {
    const step = await load(`export default { kind: 'mine', run: ({ a }) => ({ b: a + 1 }) };`);
    expect(await step.run({ a: 1 }, place.context())).toEqual({ b: 2 });
  });

  it.each([
    ['throws', `throw new Error('at import');`, 'at import'],
    ['throws what is no error', `throw 'text';`, 'text'],
    ['is no JavaScript', `export default {`, 'mine'],
    ['exports nothing', ``, 'no default export'],
    ['exports no object', `export default 3;`, 'must be an object'],
    ['exports a step without a function', `export default { kind: 'mine' };`, '`run`'],
    ['exports another kind', `export default { kind: 'other', run() {} };`, 'of kind "other"'],
    ['imports what is not there', `import 'no-such-package-at-all';`, 'no-such-package-at-all'],
  ])('that %s is refused with its file', async (_, module, reason) => {
    const error = await load(module).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'OWN_STEP_INVALID' });
    expect((error as Error).message).toContain(path.join(project.folder, 'steps/mine.mjs'));
    expect((error as Error).message).toContain(reason);
  });

  it('that was deleted is refused', async () => {
    project.step('mine');
    const own = useProject(project.folder).ownSteps.get('mine')!;
    await expect(loadOwnStep({ ...own, module: `${own.module}.gone` })).rejects.toMatchObject({
      code: 'OWN_STEP_INVALID',
    });
  });
});

describe('a step that runs', () => {
  const run = (perform: (input: never, context: StepContext) => unknown, changes = {}) =>
    runOwnStep({ kind: 'mine', run: perform as never }, {}, place.context(changes));

  it('has no more of the worker in its context than it may use', async () => {
    const context = { stateFolder: '/secret', config: {} } as Partial<StepContext>;
    const keys = await run((_, given) => Object.keys(given).sort(), context);
    expect(keys).toEqual(
      'attempt dataRoot heartbeat log run scratch signal stepId store'.split(' '),
    );
  });

  it('may log whatever it likes', async () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    await run((_, context) => {
      context.log('loud' as never, 7 as never, cycle as never);
      context.log('warn', 'w', { at: new Date(0) as never });
      return {};
    });
    expect(place.logs).toEqual(['info 7', 'warn w']);
  });

  it.each([
    ['a plain error is tried again', new TypeError('boom'), 'OWN_STEP_FAILED'],
    ['a text is tried again', 'boom', 'OWN_STEP_FAILED'],
    ['a final error is not', new FinalStepError('boom', { remedy: 'mend' }), 'OWN_STEP_GAVE_UP'],
    ['an error of the store stays', new PipelineError('DISK_FULL', 'boom'), 'DISK_FULL'],
  ])('%s', async (_, thrown, code) => {
    const failing = run(() => {
      throw thrown as Error;
    });
    await expect(failing).rejects.toMatchObject({ code, message: 'boom' });
  });

  it.each([
    ['nothing', () => undefined],
    ['a function', () => ({ f: () => 1 })],
    ['NaN', () => ({ deep: [{ x: NaN }] })],
    ['a BigInt', () => ({ x: 1n })],
    [
      'itself',
      () => {
        const cycle: Record<string, unknown> = {};
        cycle['self'] = cycle;
        return cycle;
      },
    ],
  ])('that gives %s is refused', async (_, perform) => {
    await expect(run(perform)).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
  });

  it('is cancelled by the signal', async () => {
    const stop = new AbortController();
    const running = run(
      async (_, { signal }) => {
        await sleep(60_000, undefined, { signal });
      },
      { signal: stop.signal },
    );
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('that goes on after it was cancelled is given up', async () => {
    const signal = AbortSignal.abort();
    const stuck = { kind: 'mine', run: () => new Promise<never>(() => undefined) };
    const running = runOwnStep(stuck, {}, { ...place.context({ signal }) }, { graceMs: 20 });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

it('is defined only with a kind and a function', () => {
  const step = { kind: 'a', run: () => ({}) };
  expect(defineStep(step)).toBe(step);
  for (const wrong of [null, {}, { kind: 1, run() {} }, { kind: 'a' }]) {
    expect(() => defineStep(wrong as never)).toThrow(
      expect.objectContaining({ code: 'OWN_STEP_INVALID' }),
    );
  }
});
