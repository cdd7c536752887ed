/** What is wrong with a test's case before it is run: names, stubs that cannot be. */
import { nearestOf } from '../did-you-mean.ts';
import { ERROR_CODES } from '../errors.ts';
import { checkGivenParams } from '../plan/params.ts';
import { isWorkflowKind } from '../plan/workflow-kinds.ts';
import { faultsOf } from '../spec/schema-faults.ts';
import type { Fault, Path, Spec, StepSpec } from '../spec/spec.ts';
import { contractOf } from '../spec/step-schemas.ts';
import { completeOutputs } from './make-up.ts';
import { findStep, type NamedStep } from './step-names.ts';
import type { Expectations, ReviewStub, Stub, TestCase } from './test-file.ts';

export interface CaseCheck {
  readonly spec: Spec;
  /** The pipelines that steps run, by path. */
  readonly child: (file: string) => Spec;
}

const NO_HOLES: ReadonlySet<string> = new Set();

/** @param at  where the case stands. @returns every fault, in the order of the file */
export function checkCase(test: TestCase, at: Path, check: CaseCheck): readonly Fault[] {
  const params = checkGivenParams(check.spec, test.params ?? {}).map(
    ({ name, ...fault }): Fault => {
      const isGiven = test.params !== undefined && Object.hasOwn(test.params, name);
      return { ...fault, path: [...at, 'params', ...(isGiven ? [name] : [])], at: 'key' };
    },
  );
  return [
    ...params,
    ...checkRun(test, at, check),
    ...checkExpectations(test.expect, [...at, 'expect'], check.spec),
  ];
}

/** Of the run itself, or of one that a step of it starts. */
function checkRun(
  { steps = {}, reviews = {} }: Pick<TestCase, 'steps' | 'reviews'>,
  at: Path,
  check: CaseCheck,
): readonly Fault[] {
  const named = <T>(
    key: string,
    map: Readonly<Record<string, T>>,
    look: (value: T, found: NamedStep, path: Path) => readonly Fault[],
  ) =>
    Object.entries(map).flatMap(([name, value]) => {
      const path = [...at, key, name];
      const found = findStep(check.spec, name, path);
      return 'code' in found ? [found] : look(value, found, path);
    });
  return [
    ...named('steps', steps, (stub, { step }, path) => checkStub(stub, step, { path, check })),
    ...named('reviews', reviews, (review, { step }, path) => checkReview(review, step, path)),
  ];
}

interface Place {
  readonly path: Path;
  readonly check: CaseCheck;
}

function checkStub(stub: Stub, step: StepSpec, { path, check }: Place): readonly Fault[] {
  const { uses, contract } = step;
  const { outputs, fails, failsTimes, steps, reviews, events } = stub;
  const refuse = (key: string, message: string, remedy: string): Fault[] => [
    { code: 'SPEC_INVALID', path: [...path, key], at: 'key', message, remedy },
  ];
  const faults = [...checkCode(fails, [...path, 'fails'])];
  const inner = Object.entries({ steps, reviews, events }).find(([, given]) => given !== undefined);
  if (isWorkflowKind(uses) && uses !== 'pipeline') {
    const remedy = uses === 'wait-for-event' ? 'send it something in `events`' : 'leave it out';
    const message = `step "${step.id}" (${uses}) runs as it is: its end cannot be given`;
    return [{ code: 'SPEC_INVALID', path, at: 'key', message, remedy }];
  }
  if (inner && uses !== 'pipeline') {
    const message = `step "${step.id}" (${uses}) runs no pipeline`;
    return [...faults, ...refuse(inner[0], message, 'give these for a step of kind pipeline')];
  }
  const isReal = uses === 'pipeline' && outputs === undefined && fails === undefined;
  if (inner && !isReal) {
    const message = 'a run whose end is given has no steps';
    return [...faults, ...refuse(inner[0], message, 'leave out `outputs` and `fails`')];
  }
  if (outputs && fails !== undefined && failsTimes === undefined) {
    const remedy = 'leave one out, or say with `failsTimes` how many attempts fail';
    return [...faults, ...refuse('fails', 'a step that fails has no outputs', remedy)];
  }
  if (uses === 'pipeline' && failsTimes !== undefined) {
    const message = 'a pipeline that a step runs is not tried again';
    return [...faults, ...refuse('failsTimes', message, 'use `fails`')];
  }
  if (isReal) return [...faults, ...checkChild(stub, step, { path, check })];
  if (uses === 'pipeline') return faults;
  if (uses === 'human-review') {
    const message = `what step "${step.id}" gives is decided by people`;
    return outputs ? [...faults, ...refuse('outputs', message, 'use `reviews`')] : faults;
  }
  if (!contract || !outputs) return faults;
  return [...faults, ...checkOutputs(outputs, step, [...path, 'outputs'])];
}

function checkCode(code: string | undefined, path: Path): readonly Fault[] {
  if (code === undefined || (ERROR_CODES as readonly string[]).includes(code)) return [];
  const near = nearestOf(code, ERROR_CODES);
  const message = `"${code.slice(0, 80)}" is not an error code`;
  const remedy = near ? `did you mean "${near}"?` : 'codes look like DATA_INVALID';
  return [{ code: 'SPEC_INVALID', path, at: 'value', message, remedy }];
}

function checkChild(stub: Stub, { with: given }: StepSpec, { path, check }: Place) {
  const { file } = given;
  if (typeof file !== 'string') return [];
  if (stub.takes !== '0s') {
    const message = 'a pipeline takes as long as its steps';
    const remedy = 'give `takes` to its steps';
    return [
      { code: 'SPEC_INVALID', path: [...path, 'takes'], at: 'key', message, remedy },
    ] satisfies Fault[];
  }
  return checkRun(stub, path, { ...check, spec: check.child(file) });
}

function checkOutputs(outputs: NonNullable<Stub['outputs']>, step: StepSpec, path: Path) {
  const contract = contractOf(step.uses);
  if (!contract) return [];
  const { validateOutputs } = contract;
  const completed = completeOutputs(contract, outputs, step.id).outputs;
  if (validateOutputs(completed)) return [];
  const faults = faultsOf(validateOutputs.errors ?? [], completed, NO_HOLES);
  return faults.map((fault): Fault => ({ ...fault, path: [...path, ...fault.path] }));
}

function checkReview(review: ReviewStub, { id, uses }: StepSpec, path: Path): readonly Fault[] {
  const refuse = (at: Path, message: string, remedy: string): readonly Fault[] => [
    { code: 'SPEC_INVALID', path: at, at: 'key', message, remedy },
  ];
  if (uses !== 'human-review') {
    return refuse(path, `step "${id}" (${uses}) asks nobody`, 'name a step of kind human-review');
  }
  const { decide, items, label, classes } = review;
  if (Array.isArray(decide) && items !== undefined && decide.length > items) {
    const message = `${decide.length} decisions are given for ${items} items`;
    return refuse([...path, 'decide'], message, 'give one for each');
  }
  if (label !== undefined && !classes.includes(label)) {
    const message = `"${label}" is not one of the gate's classes: ${classes.join(', ')}`;
    return refuse([...path, 'label'], message, 'list it in `classes`');
  }
  return [];
}

function checkExpectations(expect: Expectations, at: Path, spec: Spec): readonly Fault[] {
  const { error, steps, stepOutputs, with: given, attempts, reviews } = expect;
  const found = (name: string, path: Path) => findStep(spec, name, path);
  const faultIn = (name: string, path: Path): readonly Fault[] => {
    const step = found(name, path);
    return 'code' in step ? [step] : [];
  };
  const whole = (name: string, path: Path): readonly Fault[] => {
    const step = found(name, path);
    if ('code' in step) return [step];
    return step.step.id === name ? [] : [instead(path, `a state is of a whole step`, step.step.id)];
  };
  const item = (name: string, path: Path): readonly Fault[] => {
    const step = found(name, path);
    if ('code' in step) return [step];
    if (!step.step.foreach || step.hasItem) return [];
    return [instead(path, `step "${name}" runs over items`, `${name}.0`)];
  };
  const keys = (key: string, map: object | undefined, look: typeof faultIn) =>
    Object.keys(map ?? {}).flatMap((name) => look(name, [...at, key, name]));
  const lists = (['order', 'ran', 'skipped'] as const).flatMap((key) =>
    (expect[key] ?? []).flatMap((name, index) => faultIn(name, [...at, key, index])),
  );
  const ofError = error?.step === undefined ? [] : whole(error.step, [...at, 'error', 'step']);
  return [
    ...ofError.map((fault): Fault => ({ ...fault, at: 'value' })),
    ...checkCode(error?.code, [...at, 'error', 'code']),
    ...keys('steps', steps, whole),
    ...keys('stepOutputs', stepOutputs, whole),
    ...keys('with', given, item),
    ...keys('attempts', attempts, faultIn),
    ...keys('reviews', reviews, item),
    ...lists,
  ];
}

const instead = (path: Path, message: string, name: string): Fault => ({
  ...{ code: 'SPEC_INVALID', path, at: 'key', message },
  remedy: `name "${name}"`,
});
