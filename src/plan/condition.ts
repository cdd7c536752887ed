/** `when` and `until`: an expression that is true or false. */
import type { Fault } from '../spec/spec.ts';
import { couldBe } from './cel/cel-type.ts';
import { type Collected, expressionsIn, faultAt } from './collect-expressions.ts';
import { describe } from './describe-types.ts';
import { resolveValue, type Setting } from './resolve-values.ts';

export interface Condition {
  /** CEL. */
  readonly source: string;
  /** Where it is known before the run. */
  readonly value: boolean | null;
  /** It is the same whatever the parameters. */
  readonly isConstant: boolean;
}

export interface CheckedCondition {
  /** `null` where something is wrong with it. */
  readonly condition: Condition | null;
  readonly faults: readonly Fault[];
}

export function checkCondition(collected: Collected, setting: Setting): CheckedCondition {
  const [expression] = expressionsIn(collected);
  if (!expression || collected.faults.length > 0) {
    return { condition: null, faults: collected.faults };
  }
  const { value, holes, faults } = resolveValue(collected, setting);
  if (faults.length > 0) return { condition: null, faults };
  const name = `\`${String(collected.at.at(-1))}\``;
  const hole = holes.get('');
  if (hole ? !couldBe(hole.type, 'bool') : typeof value !== 'boolean') {
    const found = hole ? describe(hole.type) : JSON.stringify(value).slice(0, 60);
    const message = `${name} wants true or false, but this is ${found}`;
    return { condition: null, faults: [faultAt(expression, { message }, 'TYPE_MISMATCH')] };
  }
  const { source, references } = expression.compiled;
  return {
    condition: {
      source,
      value: typeof value === 'boolean' ? value : null,
      isConstant: references.length === 0,
    },
    faults: [],
  };
}

export const literalCondition = (value: boolean): Condition => ({
  source: String(value),
  value,
  isConstant: true,
});
