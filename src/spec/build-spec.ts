/** Takes from a pipeline file's value what can be taken; the faults tell about the rest. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { buildTriggers } from './build-triggers.ts';
import type { ParamSpec, ParamType, RetrySpec, Spec, StepSpec, Timing } from './spec.ts';
import { defined, mapOf, numberOf, textOf, textsOf } from './take-values.ts';
import { contractOf } from './step-schemas.ts';

type SpecValues = Omit<Spec, 'file' | 'faults' | 'source' | 'errorOf'>;

/** Values of the wrong type are left out; after `validatePipeline` found no fault there are none. */
export function buildSpec(pipeline: JsonObject): SpecValues {
  const entries = (key: string): [string, Json][] => Object.entries(mapOf(pipeline[key]));
  return {
    name: textOf(pipeline['name']) ?? '',
    description: textOf(pipeline['description']) ?? '',
    params: new Map(entries('params').map(([name, param]) => [name, buildParam(mapOf(param))])),
    defaults: buildTiming(mapOf(pipeline['defaults'])),
    triggers: buildTriggers(mapOf(pipeline['on'])),
    steps: new Map(entries('steps').map(([id, step]) => [id, buildStep(id, mapOf(step))])),
    outputs: mapOf(pipeline['outputs']),
  };
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
