/** A step with everything decided that the file decides: types, templates, and what is wrong. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { describePath, toPointer } from '../spec/pointer.ts';
import type { Fault, Spec, StepContract, StepSpec } from '../spec/spec.ts';
import { type CheckedStep, literal } from './checks/checked-step.ts';
import { type CelType, DYN, INT } from './cel/cel-type.ts';
import { schemasOfType } from './cel/schema-type.ts';
import { checkWaits } from './check-references.ts';
import type { ChildPipelines } from './child-pipelines.ts';
import { checkCondition, type Condition, literalCondition } from './condition.ts';
import { describe } from './describe-types.ts';
import { draftForeach } from './draft-foreach.ts';
import { durationMs } from './duration.ts';
import { describeSchemas, fits } from './fits.ts';
import { type Place, placeOfStep, placeOfUntil, placeOfWith } from './places.ts';
import type { ForeachPlan, RepeatPlan } from './plan.ts';
import type { StepReading } from './read-step.ts';
import { type Hole, type Resolved, resolveValue, type Setting } from './resolve-values.ts';
import { outputsOfOne, outputsOfStep } from './step-outputs.ts';
import { isWorkflowKind } from './workflow-kinds.ts';

export interface DraftStep extends CheckedStep {
  readonly step: StepSpec;
  readonly needs: readonly string[];
  readonly after: readonly string[];
  readonly when: Condition | null;
  readonly foreach: ForeachPlan | null;
  readonly repeat: RepeatPlan | null;
  readonly compensate: DraftStep | null;
  /** As the expressions after it see them. */
  readonly outputs: CelType;
  /** Levels of pipelines that it runs. */
  readonly levels: number;
  /** Data files that it names, or a pipeline that it runs. */
  readonly sources: readonly string[];
  /** Paths from the root of the file. */
  readonly faults: readonly Fault[];
}

export interface DraftContext {
  readonly spec: Spec;
  readonly params: ReadonlyMap<string, Json>;
  /** The names of a place, with those that the step alone gives. */
  environmentOf(
    place: Place,
    own: Readonly<Record<string, CelType>>,
  ): ReturnType<Setting['environment']>;
  readonly children: ChildPipelines;
}

/** @param isThere  ids of the steps that have succeeded for certain when the compensation runs */
export function draftStep(reading: StepReading, context: DraftContext): DraftStep {
  const { step } = reading;
  const { spec } = context;
  const settingOf = (place: Place, own: Readonly<Record<string, CelType>> = {}): Setting => ({
    ...{ spec, place, params: context.params },
    environment: () => context.environmentOf(place, own),
  });
  const over = draftForeach(reading, settingOf(placeOfStep(step)));
  const inForeach: Record<string, CelType> = over ? { item: over.itemType, index: INT } : {};
  const when = draftWhen(reading, settingOf(placeOfStep(step)));
  const place = placeOfWith(step, isWorkflowKind(step.uses) ? 'workflow' : 'worker');
  const previous = previousOf(step);
  const given = resolveValue(
    reading.with,
    settingOf(place, { ...inForeach, iteration: INT, previous }),
  );
  const child = step.uses === 'pipeline' ? context.children.run(given) : null;
  const one = outputsOfOne(step, given, child?.draft?.outputsType ?? null);
  const until = reading.until
    ? checkCondition(
        reading.until,
        settingOf(placeOfUntil(step), { ...inForeach, iteration: INT, outputs: one }),
      )
    : null;
  const compensate = reading.compensate ? draftStep(reading.compensate, context) : null;
  const checked = checkWith(step, given);
  const at = [...step.at, 'with'];
  return {
    ...checked,
    ...{ step, needs: reading.needs, after: reading.after, when: when.condition, compensate },
    foreach: over?.plan ?? null,
    repeat: step.repeat ? repeatOf(step.repeat, until?.condition ?? null) : null,
    outputs: outputsOfStep(step, one),
    levels: child?.draft?.levels ?? 0,
    sources: child?.draft?.sources ?? sourcesOf(checked),
    faults: [
      ...reading.with.faults,
      ...given.faults,
      ...[...checked.faults, ...(child?.faults ?? [])].map((fault) => ({
        ...fault,
        path: [...at, ...fault.path],
      })),
      ...when.faults,
      ...(over?.faults ?? []),
      ...(until?.faults ?? []),
      ...checkWaits(step, spec),
    ],
  };
}

/** One that a run computes is read from the project. */
function sourcesOf(checked: CheckedStep): readonly string[] {
  if (checked.kind === 'drift') {
    const source = literal(checked, 'source');
    return typeof source === 'string' ? [source] : [];
  }
  if (checked.kind === 'predict' || checked.kind === 'import') {
    const file = literal(checked, 'file');
    return typeof file === 'string' ? [file] : [];
  }
  if (checked.kind !== 'dataset') return [];
  const maps = [literal(checked, 'tables'), literal(checked, 'testFiles')];
  const named = maps.flatMap((map) => (isJsonObject(map) ? Object.values(map) : []));
  const files = [literal(checked, 'source'), literal(checked, 'labels'), ...named];
  return files.filter((file) => typeof file === 'string');
}

function draftWhen({ step, when }: StepReading, setting: Setting) {
  if (when) return checkCondition(when, setting);
  const condition = typeof step.when === 'boolean' ? literalCondition(step.when) : null;
  return { condition, faults: [] };
}

/** Before the first iteration there is none, so every part may be missing. */
function previousOf(step: StepSpec): CelType {
  if (!step.repeat) return DYN;
  // The outputs of `values` follow its `with`, in which `previous` stands.
  if (step.uses === 'values' || step.uses === 'pipeline') return { kind: 'map', values: DYN };
  const none: Resolved = { value: step.with, holes: new Map(), paramsAt: new Map(), faults: [] };
  return outputsOfOne(step, none, null);
}

function repeatOf(
  { max, delay = '0s', onMax = 'fail' }: NonNullable<StepSpec['repeat']>,
  until: Condition | null,
): RepeatPlan {
  return { until: until?.source ?? 'true', max, delayMs: durationMs(delay) ?? 0, onMax };
}

type CheckedWith = CheckedStep & { readonly faults: readonly Fault[] };

/** Holds `with` against the kind's schema; paths of the faults start inside it. */
function checkWith({ id, at, uses, contract }: StepSpec, given: Resolved): CheckedWith {
  const value = given.value as JsonObject;
  const checked = contract?.checkWith(value, new Set(given.holes.keys()));
  const literal = (checked?.faults ?? []).map((fault) => {
    const names = given.paramsAt.get(toPointer(fault.path));
    const from = names ? ` (from ${names.map((name) => `params.${name}`).join(', ')})` : '';
    return { ...fault, message: fault.message + from };
  });
  const typed = contract ? [...given.holes].flatMap(([, hole]) => checkHole(hole, contract)) : [];
  return {
    id,
    at,
    kind: uses,
    given: value,
    value: checked?.value ?? value,
    holes: new Map(
      [...given.holes].map(([pointer, { template }]) => [pointer, template ?? { literal: null }]),
    ),
    isSound: checked !== undefined && literal.length === 0,
    faults: [...literal, ...typed],
  };
}

function checkHole(
  { template, type, expression, isEmbedded, path }: Hole,
  contract: StepContract,
): readonly Fault[] {
  if (!template) return [];
  const expected = contract.withSchemasAt(path);
  if (expected.length === 0) return [];
  if (fits(expected, schemasOfType(type), (schema) => contract.alternatives(schema))) return [];
  const { isPlain, compiled, index } = expression;
  const name = isPlain && !isEmbedded ? compiled.source : 'this';
  const message = `\`${describePath(path)}\` wants ${describeSchemas(expected)}, but ${name} is ${describe(type)}`;
  return [{ code: 'TYPE_MISMATCH', path, at: 'value', expression: index, message }];
}
