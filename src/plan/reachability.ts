/**
 * Steps that can never run, whatever the parameters: their condition is false by itself, or they
 * need the outputs of such a step. A condition that is false for the parameters of one run is no
 * fault: that run skips the step.
 */
import type { Fault } from '../spec/spec.ts';
import type { DraftStep } from './draft-step.ts';

/** @param steps  each after those it needs */
export function findUnreachable(steps: readonly DraftStep[]): readonly Fault[] {
  const never = new Set<string>();
  return steps.flatMap((draft): readonly Fault[] => {
    const { step, when, needs } = draft;
    const isFalse = when?.isConstant === true && when.value === false;
    const need = needs.find((id) => never.has(id));
    if (!isFalse && need === undefined) return [];
    never.add(step.id);
    if (isFalse) {
      const message = 'the step can never run: `when` is always false';
      const remedy = 'remove the step, or let a parameter decide';
      const path = [...step.at, 'when'];
      return [{ code: 'STEP_UNREACHABLE', path, at: 'value', message, remedy }];
    }
    const message = `the step can never run: it needs step "${need}", which never runs`;
    const remedy = `name "${need}" in \`after\` if this step can do without it`;
    return [{ code: 'STEP_UNREACHABLE', path: step.at, at: 'key', message, remedy }];
  });
}
