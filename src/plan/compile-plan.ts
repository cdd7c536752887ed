/**
 * Spec → Plan: parameters put in, references resolved, types and shapes checked, steps ordered.
 * Pure: reads nothing and writes nothing.
 */
import { createHash } from 'node:crypto';
import { PipelineError, PipelineErrors } from '../errors.ts';
import { canonicalJson, type Json, type JsonObject } from '../json.ts';
import { sortErrors } from '../sort-errors.ts';
import type { Spec, StepSpec } from '../spec/spec.ts';
import { checkSteps } from './checks/check-steps.ts';
import type { CheckedStep } from './checks/checked-step.ts';
import { checkTriggers, triggerParams } from './check-triggers.ts';
import { orderSteps } from './order.ts';
import { resolveParams } from './params.ts';
import type { Plan, PlanStep, Template } from './plan.ts';
import { checkReference, unknownStep } from './references.ts';
import { substitute, toTemplate } from './substitute.ts';
import { checkTiming, timingOf } from './timing.ts';

/** More would not be read. */
const MOST_ERRORS = 100;

/** A spec with its parameters: what a plan is made of, and what is wrong with it. */
interface Draft {
  readonly params: ReadonlyMap<string, Json>;
  readonly steps: ReadonlyMap<string, DraftStep>;
  readonly outputs: Readonly<Record<string, Template>>;
  readonly order: readonly string[];
  readonly errors: readonly PipelineError[];
}

interface DraftStep extends CheckedStep {
  readonly needs: readonly string[];
  readonly errors: readonly PipelineError[];
}

/**
 * Compiles a pipeline for one run.
 *
 * @param params  overrides by name; text becomes the declared type.
 * @throws PipelineErrors with every fault of the file (also those that reading it found) and of
 * the parameters, in the order of the file.
 */
export function compilePlan(spec: Spec, params: Readonly<Record<string, unknown>> = {}): Plan {
  const draft = draftPlan(spec, params);
  const errors = sortErrors([...spec.faults, ...draft.errors, ...checkTriggers(spec)]);
  if (errors.length > 0) throw new PipelineErrors(errors.slice(0, MOST_ERRORS));
  return finishPlan(spec, draft);
}

/**
 * Everything wrong with a pipeline whatever its run's parameters: a parameter that every run
 * must give is not missed here. What a trigger's parameters would break is told too.
 *
 * @returns in the order of the file; empty for a good pipeline.
 */
export function findFaults(spec: Spec): readonly PipelineError[] {
  const triggers = checkTriggers(spec);
  const sets = triggers.length > 0 ? [] : triggerParams(spec);
  const errors = [{}, ...sets].flatMap((params) => draftPlan(spec, params).errors);
  const faults = [...spec.faults, ...errors.filter(({ code }) => code !== 'PARAM_MISSING')];
  return sortErrors([...faults, ...triggers]).slice(0, MOST_ERRORS);
}

function draftPlan(spec: Spec, overrides: Readonly<Record<string, unknown>>): Draft {
  const { values: params, errors } = resolveParams(spec, overrides);
  const steps = new Map(
    [...spec.steps].map(([id, step]) => [id, draftStep(step, spec, params)] as const),
  );
  const { order, cycles } = orderSteps(new Map([...steps].map(([id, { needs }]) => [id, needs])));
  const outputs = substitute(spec.outputs, ['outputs'], { spec, params });
  const references = outputs.references.flatMap(
    (reference) => checkReference(reference, null, spec) ?? [],
  );
  return {
    params,
    steps,
    order,
    outputs: namedTemplates(outputs.value as JsonObject, outputs.holes),
    errors: [
      ...errors,
      ...checkTiming(spec),
      ...[...steps.values()].flatMap((step) => step.errors),
      ...checkSteps(steps).map((fault) => spec.errorOf(fault)),
      ...outputs.errors,
      ...references,
      ...cycles.map((cycle) => cycleError(cycle, spec)),
    ],
  };
}

function namedTemplates(
  value: JsonObject,
  holes: ReadonlyMap<string, Template>,
): Readonly<Record<string, Template>> {
  const all = toTemplate(value, holes);
  if ('map' in all) return all.map;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, { literal: item }]));
}

function draftStep(step: StepSpec, spec: Spec, params: ReadonlyMap<string, Json>): DraftStep {
  const at = ['steps', step.id, 'with'];
  const found = substitute(step.with, at, { spec, params });
  const given = found.value as JsonObject;
  const checked = step.contract?.checkWith(given, new Set(found.holes.keys()));
  const faults = (checked?.faults ?? []).map((fault) => {
    const names = found.paramsAt.get(pointerOf(fault.path));
    const from = names ? ` (from ${names.map((name) => `params.${name}`).join(', ')})` : '';
    return spec.errorOf({ ...fault, path: [...at, ...fault.path], message: fault.message + from });
  });
  const references = found.references.flatMap(
    (reference) => checkReference(reference, step, spec) ?? [],
  );
  const needs = [
    ...new Set([...step.needs, ...found.references.map((reference) => reference.step)]),
  ];
  return {
    id: step.id,
    kind: step.uses,
    given,
    value: checked?.value ?? given,
    holes: found.holes,
    isSound: checked !== undefined && faults.length === 0,
    needs: needs.filter((need) => need !== step.id && spec.steps.has(need)).sort(),
    errors: [...found.errors, ...faults, ...references, ...checkNeeds(step, spec)],
  };
}

const pointerOf = (path: readonly (string | number)[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function checkNeeds(step: StepSpec, spec: Spec): readonly PipelineError[] {
  return step.needs.flatMap((need, index) => {
    const path = ['steps', step.id, 'needs', index];
    if (need === step.id) {
      const message = 'the step needs itself';
      return [spec.errorOf({ code: 'CYCLE', path, at: 'value', message })];
    }
    if (spec.steps.has(need)) return [];
    return [spec.errorOf({ ...unknownStep(need, spec), path, at: 'value' })];
  });
}

function cycleError(cycle: readonly string[], spec: Spec): PipelineError {
  const [first = ''] = cycle;
  return spec.errorOf({
    code: 'CYCLE',
    path: ['steps', first],
    at: 'key',
    message: `the step waits for itself: ${[...cycle, first].join(' needs ')}`,
    remedy: 'remove one of these references or `needs`',
  });
}

function finishPlan(spec: Spec, draft: Draft): Plan {
  const steps = draft.order.map((id): PlanStep => {
    const step = draft.steps.get(id);
    const source = spec.steps.get(id);
    if (!step || !source) throw new PipelineError('INTERNAL', `step "${id}" was lost in ordering`);
    return {
      id,
      kind: step.kind,
      with: toTemplate(step.value, step.holes),
      needs: step.needs,
      ...timingOf(spec, source),
    };
  });
  const plan: Omit<Plan, 'digest'> = {
    version: 1,
    pipeline: spec.name,
    description: spec.description,
    params: Object.fromEntries(draft.params),
    steps,
    outputs: draft.outputs,
  };
  return { ...plan, digest: digestOf(plan) };
}

/** SHA-256, hex, over the canonical JSON of everything but the digest. */
function digestOf(plan: Omit<Plan, 'digest'>): string {
  return createHash('sha256')
    .update(canonicalJson(plan as unknown as Json))
    .digest('hex');
}
