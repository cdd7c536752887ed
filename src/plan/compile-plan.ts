/**
 * Spec → Plan: parameters put in, references resolved, types and shapes checked, steps ordered.
 * Pure: reads nothing and writes nothing itself; it is given what reads other pipelines.
 */
import { createHash } from 'node:crypto';
import { PipelineError, PipelineErrors } from '../errors.ts';
import { canonicalJson, type Json } from '../json.ts';
import { sortErrors } from '../sort-errors.ts';
import type { Section, Spec } from '../spec/spec.ts';
import { checkTriggers, triggerParams } from './check-triggers.ts';
import type { LoadPipeline } from './child-pipelines.ts';
import { childrenBy, type Draft, draftPipeline } from './draft-pipeline.ts';
import type { DraftStep } from './draft-step.ts';
import type { EmbeddedPipeline, Plan, PlanStep, SecretSource } from './plan.ts';
import { timingOf } from './timing.ts';
import { toTemplate } from './to-template.ts';
import { isWorkflowKind } from './workflow-kinds.ts';

/** More would not be read. */
const MOST_ERRORS = 100;

export interface CompileOptions {
  /** Reads the pipelines that steps run. @default none can be read */
  readonly load?: LoadPipeline;
}

const loadNone: LoadPipeline = () => {
  throw new PipelineErrors([
    new PipelineError('SPEC_NOT_FOUND', 'no other pipelines can be read here'),
  ]);
};

/**
 * Compiles a pipeline for one run.
 *
 * @param params  overrides by name; text becomes the declared type.
 * @throws PipelineErrors with every fault of the file (also those that reading it found), of the
 * parameters and of the pipelines that it runs, in the order of the files.
 */
export function compilePlan(
  spec: Spec,
  params: Readonly<Record<string, unknown>> = {},
  options: CompileOptions = {},
): Plan {
  return compileWithSources(spec, params, options).plan;
}

export interface Compiled {
  readonly plan: Plan;
  /** The data files that its datasets name, and those of the pipelines that it runs. */
  readonly sources: readonly string[];
}

/** As `compilePlan`. */
export function compileWithSources(
  spec: Spec,
  params: Readonly<Record<string, unknown>>,
  { load = loadNone }: CompileOptions = {},
): Compiled {
  const children = childrenBy(load);
  const draft = draftPipeline(spec, { params, children });
  const faults = [...draft.paramErrors, ...draft.errors, ...checkTriggers(spec)];
  const own = sortErrors([...spec.faults, ...faults]);
  const errors = [...own, ...sortErrors(children.errors)];
  if (errors.length > 0) throw new PipelineErrors(errors.slice(0, MOST_ERRORS));
  return { plan: finishPlan(spec, draft, children.texts), sources: draft.sources };
}

/**
 * Everything wrong with a pipeline whatever its run's parameters: a parameter that every run
 * must give is not missed here. What a trigger's parameters would break is told too.
 *
 * @returns in the order of the files, its own first; empty for a good pipeline.
 */
export function findFaults(
  spec: Spec,
  { load = loadNone }: CompileOptions = {},
): readonly PipelineError[] {
  const triggers = checkTriggers(spec);
  const sets = triggers.length > 0 ? [] : triggerParams(spec);
  const children = childrenBy(load);
  const errors = [{}, ...sets].flatMap((params) => {
    const draft = draftPipeline(spec, { params, children });
    return [...draft.paramErrors.filter(({ code }) => code !== 'PARAM_MISSING'), ...draft.errors];
  });
  const own = sortErrors([...spec.faults, ...errors, ...triggers]);
  return [...own, ...sortErrors(children.errors)].slice(0, MOST_ERRORS);
}

function finishPlan(spec: Spec, draft: Draft, texts: ReadonlyMap<string, string>): Plan {
  const section = (name: Section): readonly PlanStep[] =>
    draft.order[name].map((id) => planStep(spec, draftOf(draft, id)));
  const pipelines = [...texts].map(([file, text]): [string, EmbeddedPipeline] => [file, { text }]);
  const secrets = [...spec.secrets].map(([name, from]) => [name, sourceOf(from)] as const);
  const { concurrency, fairness } = draft;
  const plan: Omit<Plan, 'digest'> = {
    version: 1,
    pipeline: spec.name,
    description: spec.description,
    params: Object.fromEntries(draft.params),
    steps: section('steps'),
    outputs: draft.outputs,
    // Left out where they are not used: what older plans are made of stays what it was.
    ...(spec.card && { card: spec.card }),
    ...(spec.onFailure.size > 0 && { onFailure: section('onFailure') }),
    ...(spec.finally.size > 0 && { finally: section('finally') }),
    ...(concurrency && { concurrency }),
    ...(secrets.length > 0 && { secrets: Object.fromEntries(secrets) }),
    ...(pipelines.length > 0 && { pipelines: Object.fromEntries(pipelines) }),
    ...(spec.priority !== undefined && { priority: spec.priority }),
    ...(fairness !== null && { fairness }),
  };
  return { ...plan, digest: digestOf(plan) };
}

function draftOf({ steps }: Draft, id: string): DraftStep {
  const draft = steps.get(id);
  if (draft) return draft;
  throw new PipelineError('INTERNAL', `step "${id}" was lost in ordering`);
}

const sourceOf = ({ env, file = '' }: { env?: string; file?: string }): SecretSource =>
  env === undefined ? { file } : { env };

function planStep(spec: Spec, draft: DraftStep): PlanStep {
  const { step, when, foreach, repeat, compensate } = draft;
  const isOfWorker = !isWorkflowKind(step.uses);
  const runsOn = isOfWorker ? (step.runsOn ?? spec.defaults.runsOn) : undefined;
  const cache = isOfWorker ? (step.cache ?? spec.defaults.cache) : undefined;
  return {
    id: step.id,
    kind: step.uses,
    with: toTemplate(draft.value, draft.holes),
    needs: draft.needs,
    ...timingOf(spec, step),
    ...(draft.after.length > 0 && { after: draft.after }),
    ...(when && when.value !== true && { when: when.value === false ? 'false' : when.source }),
    ...(foreach && { foreach }),
    ...(repeat && { repeat }),
    ...(step.onFailure === 'continue' && { onFailure: step.onFailure }),
    ...(compensate && { compensate: planStep(spec, compensate) }),
    ...(runsOn !== undefined && { runsOn }),
    ...(cache === false && { cache }),
  };
}

/** SHA-256, hex, over the canonical JSON of everything but the digest. */
function digestOf(plan: Omit<Plan, 'digest'>): string {
  return createHash('sha256')
    .update(canonicalJson(plan as unknown as Json))
    .digest('hex');
}
