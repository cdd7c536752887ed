/** Takes from a pipeline file's value what can be taken; the faults tell about the rest. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { buildTriggers } from './build-triggers.ts';
import type {
  ConcurrencySpec,
  Defaults,
  ForeachSpec,
  ParamSpec,
  RepeatSpec,
  RetrySpec,
  Section,
  Spec,
  StepSpec,
  Timing,
} from './spec.ts';
import { defined, mapOf, numberOf, oneOf, textOf, textsOf } from './take-values.ts';
import { contractOf } from './step-schemas.ts';

type SpecValues = Omit<Spec, 'file' | 'text' | 'faults' | 'source' | 'errorOf'>;

/** Values of the wrong type are left out; after `validatePipeline` found no fault there are none. */
export function buildSpec(pipeline: JsonObject): SpecValues {
  const { concurrency } = pipeline;
  const entries = (key: string): [string, Json][] => Object.entries(mapOf(pipeline[key]));
  return {
    name: textOf(pipeline['name']) ?? '',
    description: textOf(pipeline['description']) ?? '',
    params: new Map(entries('params').map(([name, param]) => [name, buildParam(mapOf(param))])),
    secrets: new Map(entries('secrets').map(([name, from]) => [name, buildSecret(mapOf(from))])),
    defaults: buildDefaults(mapOf(pipeline['defaults'])),
    triggers: buildTriggers(mapOf(pipeline['on'])),
    steps: buildSection('steps', pipeline['steps']),
    onFailure: buildSection('onFailure', pipeline['onFailure']),
    finally: buildSection('finally', pipeline['finally']),
    ...defined({
      card: isJsonObject(pipeline['card']) ? pipeline['card'] : undefined,
      concurrency: isJsonObject(concurrency) ? buildConcurrency(concurrency) : undefined,
      priority: numberOf(pipeline['priority']),
      fairness: textOf(pipeline['fairness']),
    }),
    outputs: mapOf(pipeline['outputs']),
  };
}

const SCALAR_TYPES = ['string', 'number', 'integer', 'boolean'] as const;

function buildParam(param: JsonObject): ParamSpec {
  return {
    type: oneOf([...SCALAR_TYPES, 'list'] as const, param['type']) ?? 'string',
    ...defined({
      description: textOf(param['description']),
      default: param['default'],
      minimum: numberOf(param['minimum']),
      maximum: numberOf(param['maximum']),
      enum: Array.isArray(param['enum']) ? (param['enum'] as readonly Json[]) : undefined,
      items: oneOf(SCALAR_TYPES, param['items']),
    }),
  };
}

const buildSecret = ({ env, file }: JsonObject) =>
  defined({ env: textOf(env), file: textOf(file) });

function buildDefaults(owner: JsonObject): Defaults {
  const { cache } = owner;
  return {
    ...buildTiming(owner),
    ...defined({
      runsOn: textOf(owner['runsOn']),
      cache: typeof cache === 'boolean' ? cache : undefined,
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

function buildSection(section: Section, value: Json | undefined): ReadonlyMap<string, StepSpec> {
  return new Map(
    Object.entries(mapOf(value)).map(([id, step]) => [
      id,
      buildStep(mapOf(step), { id, section, at: [section, id] }),
    ]),
  );
}

function buildStep(step: JsonObject, place: Pick<StepSpec, 'id' | 'section' | 'at'>): StepSpec {
  const uses = textOf(step['uses']) ?? '';
  const { id, section, at } = place;
  const { when, compensate, onFailure } = step;
  return {
    ...place,
    uses,
    contract: contractOf(uses),
    with: mapOf(step['with']),
    needs: textsOf(step['needs']),
    after: textsOf(step['after']),
    ...buildDefaults(step),
    ...defined({
      when: typeof when === 'boolean' ? when : textOf(when),
      foreach: isJsonObject(step['foreach']) ? buildForeach(step['foreach']) : undefined,
      repeat: isJsonObject(step['repeat']) ? buildRepeat(step['repeat']) : undefined,
      onFailure: oneOf(['fail', 'continue'] as const, onFailure),
      compensate:
        isJsonObject(compensate) && section === 'steps'
          ? buildStep(compensate, { id: `${id}.compensate`, section, at: [...at, 'compensate'] })
          : undefined,
    }),
  };
}

const buildForeach = ({ items, matrix, parallel, onItemFailure }: JsonObject): ForeachSpec =>
  defined({
    items,
    matrix: isJsonObject(matrix) ? matrix : undefined,
    parallel: numberOf(parallel),
    onItemFailure: oneOf(['stop', 'continue'] as const, onItemFailure),
  });

const buildRepeat = ({ until, max, delay, onMax }: JsonObject): RepeatSpec => ({
  until: textOf(until) ?? '',
  max: numberOf(max) ?? 1,
  ...defined({ delay: textOf(delay), onMax: oneOf(['fail', 'continue'] as const, onMax) }),
});

const buildConcurrency = ({ group, limit, whenBusy }: JsonObject): ConcurrencySpec => ({
  group: textOf(group) ?? '',
  ...defined({
    limit: numberOf(limit),
    whenBusy: oneOf(['queue', 'cancel-older', 'skip'] as const, whenBusy),
  }),
});
