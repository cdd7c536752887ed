/** Which names stand at which places of a pipeline, and what they are. */
import type { JsonObject } from '../json.ts';
import type { ParamSpec, Section, Spec, StepSpec } from '../spec/spec.ts';
import { BOOL, type CelType, DOUBLE, DYN, INT, NULL, STRING, unionOf } from './cel/cel-type.ts';

/** The names that an expression may start with. */
export const ROOTS = [
  'params',
  'steps',
  'run',
  'item',
  'index',
  'iteration',
  'previous',
  'outputs',
  'failure',
  'secrets',
] as const;

export type Root = (typeof ROOTS)[number];

/** Where a name stands that does not stand here. */
export const WHERE_IT_STANDS: Readonly<Record<Root, string>> = {
  params: 'in every expression',
  steps: 'in expressions that are known when the run is there',
  run: 'in expressions that are known when the run is there',
  item: 'in the `with` and `until` of a step that has `foreach`',
  index: 'in the `with` and `until` of a step that has `foreach`',
  iteration: 'in the `with` and `until` of a step that has `repeat`',
  previous: 'in the `with` of a step that has `repeat`',
  outputs: 'in `repeat.until` alone',
  failure: 'in the steps of `onFailure` and `finally`',
  secrets: 'in the `with` of a step that a worker performs',
};

export interface Place {
  readonly roots: ReadonlySet<Root>;
  /** Whose place it is; `null` outside steps. */
  readonly owner: StepSpec | null;
}

/** Before a run is there: its group, its fairness key. */
export const BEFORE_RUN: Place = { roots: new Set(['params']), owner: null };

/** The outputs of the pipeline. */
export const AFTER_RUN: Place = { roots: new Set(['params', 'steps', 'run']), owner: null };

const RUNNING: readonly Root[] = ['params', 'steps', 'run'];

const inHandler = ({ section }: StepSpec): readonly Root[] =>
  section === 'steps' ? [] : ['failure'];

const inForeach = ({ foreach }: StepSpec): readonly Root[] => (foreach ? ['item', 'index'] : []);

/** @param performer  whether a worker performs the step, which alone reads secrets. */
export function placeOfWith(step: StepSpec, performer: 'worker' | 'workflow'): Place {
  return {
    owner: step,
    roots: new Set([
      ...RUNNING,
      ...inHandler(step),
      ...inForeach(step),
      ...(step.repeat ? (['iteration', 'previous'] as const) : []),
      ...(performer === 'worker' ? (['secrets'] as const) : []),
    ]),
  };
}

/** `when`, and what a foreach goes over: known once for the step. */
export const placeOfStep = (step: StepSpec): Place => ({
  owner: step,
  roots: new Set([...RUNNING, ...inHandler(step)]),
});

export const placeOfUntil = (step: StepSpec): Place => ({
  owner: step,
  roots: new Set([...RUNNING, ...inHandler(step), ...inForeach(step), 'iteration', 'outputs']),
});

/** The sections whose steps an expression there may name. */
export const visibleSections = (owner: StepSpec | null): readonly Section[] =>
  !owner || owner.section === 'steps' ? ['steps'] : ['steps', owner.section];

export const RUN_TYPE: CelType = recordOf({
  id: STRING,
  pipeline: STRING,
  submittedBy: STRING,
  startedAt: STRING,
});

const TEXT_OR_NOTHING = unionOf([STRING, NULL]);

export const FAILURE_TYPE: CelType = recordOf({
  step: TEXT_OR_NOTHING,
  code: TEXT_OR_NOTHING,
  message: TEXT_OR_NOTHING,
});

const STATE_TYPE: CelType = {
  kind: 'string',
  values: ['pending', 'running', 'waiting', 'succeeded', 'failed', 'skipped', 'cancelled'],
};

const ERROR_TYPE = unionOf([recordOf({ code: STRING, message: STRING }), NULL]);

/** What `steps.<id>` is. */
export const stepType = (outputs: CelType): CelType =>
  recordOf({ outputs, state: STATE_TYPE, error: ERROR_TYPE });

const SCALARS = { string: STRING, number: DOUBLE, integer: INT, boolean: BOOL } as const;

export function paramType({ type, items, enum: allowed }: ParamSpec): CelType {
  if (type === 'list') return { kind: 'list', items: items ? SCALARS[items] : DYN };
  const texts = allowed?.filter((value) => typeof value === 'string');
  if (type === 'string' && texts && texts.length > 0) return { kind: 'string', values: texts };
  return SCALARS[type];
}

export const paramsType = ({ params }: Spec): CelType => ({
  kind: 'record',
  fields: new Map([...params].map(([name, param]) => [name, paramType(param)])),
  rest: null,
});

export function recordOf(fields: Readonly<Record<string, CelType>>): CelType {
  return { kind: 'record', fields: new Map(Object.entries(fields)), rest: null };
}

/** The type of a known value. */
export function typeOfJson(value: JsonObject[string]): CelType {
  if (value === null) return NULL;
  if (typeof value === 'string') return { kind: 'string', values: [value] };
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'number') return Number.isInteger(value) ? INT : DOUBLE;
  if (Array.isArray(value)) return { kind: 'list', items: unionOf(value.map(typeOfJson)) };
  return recordOf(
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typeOfJson(item)])),
  );
}
