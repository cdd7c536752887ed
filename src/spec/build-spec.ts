/** Takes from a pipeline file's value what can be taken; the faults tell about the rest. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { ParamSpec, ParamType, RetrySpec, Spec, StepSpec, Timing } from './spec.ts';
import { contractOf } from './step-schemas.ts';

type SpecValues = Pick<Spec, 'name' | 'description' | 'params' | 'defaults' | 'steps' | 'outputs'>;

/** Values of the wrong type are left out; after `validatePipeline` found no fault there are none. */
export function buildSpec(pipeline: JsonObject): SpecValues {
  const entries = (key: string): [string, Json][] => Object.entries(mapOf(pipeline[key]));
  return {
    name: textOf(pipeline['name']) ?? '',
    description: textOf(pipeline['description']) ?? '',
    params: new Map(entries('params').map(([name, param]) => [name, buildParam(mapOf(param))])),
    defaults: buildTiming(mapOf(pipeline['defaults'])),
    steps: new Map(entries('steps').map(([id, step]) => [id, buildStep(id, mapOf(step))])),
    outputs: mapOf(pipeline['outputs']),
  };
}

const mapOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
const numberOf = (value: Json | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;
const textsOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : [];

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out keys without a value, as `exactOptionalPropertyTypes` wants. */
function defined<T extends object>(value: T): Partial<Defined<T>> {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as Partial<Defined<T>>;
}

const PARAM_TYPES: readonly ParamType[] = ['string', 'number', 'integer', 'boolean'];

function buildParam(param: JsonObject): ParamSpec {
  return {
    type: PARAM_TYPES.find((type) => type === param['type']) ?? 'string',
    ...defined({
      description: textOf(param['description']),
      default: param['default'],
      minimum: numberOf(param['minimum']),
      maximum: numberOf(param['maximum']),
      enum: Array.isArray(param['enum']) ? (param['enum'] as readonly Json[]) : undefined,
    }),
  };
}

function buildTiming(owner: JsonObject): Timing {
  const retry = owner['retry'];
  return defined({
    retry: isJsonObject(retry) ? buildRetry(retry) : undefined,
    timeout: textOf(owner['timeout']),
    heartbeat: textOf(owner['heartbeat']),
  });
}

function buildRetry(retry: JsonObject): RetrySpec {
  return defined({
    attempts: numberOf(retry['attempts']),
    backoff: textOf(retry['backoff']),
    maxInterval: textOf(retry['maxInterval']),
    nonRetryable: retry['nonRetryable'] === undefined ? undefined : textsOf(retry['nonRetryable']),
  });
}

function buildStep(id: string, step: JsonObject): StepSpec {
  const uses = textOf(step['uses']) ?? '';
  return {
    id,
    uses,
    contract: contractOf(uses),
    with: mapOf(step['with']),
    needs: textsOf(step['needs']),
    ...buildTiming(step),
  };
}
