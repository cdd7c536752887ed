/** A spec with its parameters: what a plan is made of, and what is wrong with it. */
import type { PipelineError } from '../errors.ts';
import { isJsonObject, type Json } from '../json.ts';
import type { Fault, Section, Spec } from '../spec/spec.ts';
import { SECTIONS, sectionSteps } from './all-steps.ts';
import type { CelType } from './cel/cel-type.ts';
import { checkCompensation } from './check-compensation.ts';
import { checkPipeline } from './check-pipeline.ts';
import { checkTriggers } from './check-triggers.ts';
import { checkSteps } from './checks/check-steps.ts';
import { ChildPipelines, type LoadPipeline } from './child-pipelines.ts';
import { collectExpressions } from './collect-expressions.ts';
import { type DraftContext, draftStep, type DraftStep } from './draft-step.ts';
import { orderSteps } from './order.ts';
import { resolveParams } from './params.ts';
import { AFTER_RUN } from './places.ts';
import type { Template } from './plan.ts';
import { findUnreachable } from './reachability.ts';
import { readStep, type StepReading } from './read-step.ts';
import { resolveValue, typeOfResolved } from './resolve-values.ts';
import { draftRunSettings, type RunSettings } from './run-settings.ts';
import { StepTypes } from './step-types.ts';
import { checkTiming } from './timing.ts';
import { templateOf } from './to-template.ts';

export interface Draft extends Pick<RunSettings, 'concurrency' | 'fairness'> {
  readonly params: ReadonlyMap<string, Json>;
  /** Of all sections, without compensations. */
  readonly steps: ReadonlyMap<string, DraftStep>;
  /** Ids, each after those that it waits for. */
  readonly order: Readonly<Record<Section, readonly string[]>>;
  readonly outputs: { readonly [name: string]: Template };
  readonly outputsType: CelType;
  /** Pipelines that run each other, this one included. */
  readonly levels: number;
  /** Files that datasets name, here and in the pipelines that steps run. */
  readonly sources: readonly string[];
  /** Of the parameters: of their declarations, and of the values that were given. */
  readonly paramErrors: readonly PipelineError[];
  readonly errors: readonly PipelineError[];
}

export interface DraftOptions {
  readonly params: Readonly<Record<string, unknown>>;
  /** Parameters whose values come when the run is there. */
  readonly later?: ReadonlySet<string>;
  readonly children: ChildPipelines;
}

/** The pipelines that a first pipeline runs. */
export const childrenBy = (load: LoadPipeline): ChildPipelines =>
  ChildPipelines.of(load, (spec, { values, later }, children) => {
    const draft = draftPipeline(spec, { params: values, later, children });
    // What is wrong with the parameters is told at the step that gives them.
    const declared = draft.paramErrors.filter(({ code }) => !code.startsWith('PARAM_'));
    const errors = [...spec.faults, ...declared, ...draft.errors, ...checkTriggers(spec)];
    return { draft, errors };
  });

export function draftPipeline(spec: Spec, { params: given, later, children }: DraftOptions): Draft {
  const { values: params, errors: paramErrors } = resolveParams(spec, given, later);
  const readings = new Map(sectionSteps(spec).map((step) => [step.id, readStep(step)]));
  const { order, cycles } = orderSections(readings);
  const types = new StepTypes(spec);
  const context: DraftContext = {
    ...{ spec, params, children },
    environmentOf: (place, own) => types.environmentOf(place, own),
  };
  const steps = draftSteps(readings, { order, context, types });
  const outputs = draftOutputs(context);
  const settings = draftRunSettings(spec, params);
  const faults = [
    ...checkPipeline(spec),
    ...settings.faults,
    ...[...steps.values()].flatMap(faultsOf),
    ...[...readings.values()].flatMap((reading) => checkCompensation(reading, readings)),
    ...checkSteps(checkedSteps(steps)),
    ...findUnreachable(
      SECTIONS.flatMap((section) => order[section].flatMap((id) => steps.get(id) ?? [])),
    ),
    ...outputs.faults,
    ...cycles,
  ];
  return {
    ...{ params, steps, order, outputs: outputs.templates, outputsType: outputs.type },
    ...{ concurrency: settings.concurrency, fairness: settings.fairness },
    levels: 1 + Math.max(0, ...[...steps.values()].map(levelsOf)),
    sources: [...checkedSteps(steps).values()].flatMap((step) => step.sources),
    paramErrors,
    errors: [...checkTiming(spec), ...faults.map((fault) => spec.errorOf(fault))],
  };
}

const faultsOf = ({ faults, compensate }: DraftStep): readonly Fault[] => [
  ...faults,
  ...(compensate ? faultsOf(compensate) : []),
];

const levelsOf = ({ levels, compensate }: DraftStep): number =>
  Math.max(levels, compensate?.levels ?? 0);

/** By id, compensations too, with where each stands. */
const checkedSteps = (steps: ReadonlyMap<string, DraftStep>): ReadonlyMap<string, DraftStep> =>
  new Map(
    [...steps.values()].flatMap((step) =>
      (step.compensate ? [step, step.compensate] : [step]).map((one) => [one.id, one] as const),
    ),
  );

interface Ordered {
  readonly order: Draft['order'];
  readonly cycles: readonly Fault[];
}

function orderSections(readings: ReadonlyMap<string, StepReading>): Ordered {
  const cycles: Fault[] = [];
  const orderOf = (section: Section): readonly string[] => {
    const own = [...readings].filter(([, { step }]) => step.section === section);
    const waits = own.map(([id, { needs, after }]) => {
      return [id, [...needs, ...after].filter((other) => other !== id)] as const;
    });
    const found = orderSteps(new Map(waits));
    cycles.push(...found.cycles.map((cycle) => cycleFault(cycle, section)));
    return found.order;
  };
  const [steps, onFailure, last] = [orderOf('steps'), orderOf('onFailure'), orderOf('finally')];
  return { order: { steps, onFailure, finally: last }, cycles };
}

function cycleFault(cycle: readonly string[], section: Section): Fault {
  const [first = ''] = cycle;
  const round = [...cycle, first].join(' waits for ');
  return {
    ...{ code: 'CYCLE', path: [section, first], at: 'key' },
    message: `the step waits for itself: ${round}`,
    remedy: 'remove one of these references, `needs` or `after`',
  };
}

interface Drafting {
  readonly order: Draft['order'];
  readonly context: DraftContext;
  readonly types: StepTypes;
}

/** In the order of the plan, so that the types of what comes before are known. */
function draftSteps(
  readings: ReadonlyMap<string, StepReading>,
  { order, context, types }: Drafting,
): ReadonlyMap<string, DraftStep> {
  const drafts = new Map<string, DraftStep>();
  const ordered = SECTIONS.flatMap((section) => order[section]);
  // Steps in a cycle come last; what they give is not known.
  for (const id of new Set([...ordered, ...readings.keys()])) {
    const reading = readings.get(id);
    if (!reading) continue;
    const draft = draftStep(reading, context);
    drafts.set(id, draft);
    types.learn(reading.step.section, id, draft.outputs);
  }
  // As they stand in the file.
  return new Map(
    [...readings.keys()].flatMap((id) => {
      const draft = drafts.get(id);
      return draft ? [[id, draft] as const] : [];
    }),
  );
}

function draftOutputs(context: DraftContext) {
  const { spec, params } = context;
  const collected = collectExpressions(spec.outputs, ['outputs']);
  const environment = () => context.environmentOf(AFTER_RUN, {});
  const resolved = resolveValue(collected, { spec, params, environment, place: AFTER_RUN });
  const all = templateOf(resolved);
  const { value } = resolved;
  const literals = isJsonObject(value)
    ? Object.entries(value).map(([name, item]) => [name, { literal: item }] as const)
    : [];
  return {
    templates: 'map' in all ? all.map : Object.fromEntries(literals),
    type: typeOfResolved(resolved),
    faults: [...collected.faults, ...resolved.faults],
  };
}
