/** What a step with `foreach` goes over: lists, and what their items are. */
import { describeValue } from '../spec/pointer.ts';
import type { Fault, Path } from '../spec/spec.ts';
import { type CelType, couldBe, DYN, elementsOf } from './cel/cel-type.ts';
import type { Collected } from './collect-expressions.ts';
import { describe } from './describe-types.ts';
import { recordOf } from './places.ts';
import type { ForeachPlan, Template } from './plan.ts';
import type { StepReading } from './read-step.ts';
import { resolveValue, type Setting, typeOfResolved } from './resolve-values.ts';
import { templateOf } from './to-template.ts';

export interface DraftForeach {
  readonly plan: ForeachPlan;
  readonly itemType: CelType;
  readonly faults: readonly Fault[];
}

/** Items at work at once, where the step does not say it. */
const PARALLEL = 10;

/** @returns `null` for a step without `foreach`. */
export function draftForeach(
  { step, items, matrix }: StepReading,
  setting: Setting,
): DraftForeach | null {
  if (!step.foreach) return null;
  const { parallel = PARALLEL, onItemFailure = 'stop' } = step.foreach;
  const one = items ? checkList(items, setting) : null;
  const lists = [...matrix].map(([name, list]) => [name, checkList(list, setting)] as const);
  const over = one
    ? { items: one.template }
    : { matrix: Object.fromEntries(lists.map(([name, { template }]) => [name, template])) };
  const types = Object.fromEntries(lists.map(([name, { itemType }]) => [name, itemType]));
  return {
    plan: { over, parallel, onItemFailure },
    itemType: one?.itemType ?? recordOf(types),
    faults: [
      ...checkKeys(step.foreach, [...step.at, 'foreach']),
      ...(one?.faults ?? []),
      ...lists.flatMap(([, { faults }]) => faults),
    ],
  };
}

function checkKeys(
  { items, matrix }: NonNullable<StepReading['step']['foreach']>,
  path: Path,
): readonly Fault[] {
  if (items === undefined && matrix === undefined) {
    const message = '`foreach` says no items';
    return [
      { code: 'SPEC_MISSING_KEY', path, at: 'key', message, remedy: 'add `items` or `matrix`' },
    ];
  }
  if (items === undefined || matrix === undefined) return [];
  const message = '`matrix` says nothing beside `items`';
  const at = [...path, 'matrix'];
  return [{ code: 'SPEC_INVALID', path: at, at: 'key', message, remedy: 'keep one of them' }];
}

interface CheckedList {
  readonly template: Template;
  readonly itemType: CelType;
  readonly faults: readonly Fault[];
}

function checkList(collected: Collected, setting: Setting): CheckedList {
  const resolved = resolveValue(collected, setting);
  const type = typeOfResolved(resolved);
  const faults = [...collected.faults, ...resolved.faults];
  const isWrong = faults.length === 0 && !couldBe(type, 'list');
  const found = resolved.holes.has('') ? describe(type) : describeValue(resolved.value);
  const message = `\`${String(collected.at.at(-1))}\` wants a list, but this is ${found}`;
  const remedy = 'write a list, or an expression that gives one';
  return {
    template: templateOf(resolved),
    itemType: couldBe(type, 'list') ? (elementsOf(type) ?? DYN) : DYN,
    faults: isWrong
      ? [{ code: 'TYPE_MISMATCH', path: collected.at, at: 'value', message, remedy }]
      : faults,
  };
}
