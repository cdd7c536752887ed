/** A compensation runs where other steps may have failed: it may rely on few of them. */
import type { Fault } from '../spec/spec.ts';
import { expressionsIn, faultAt } from './collect-expressions.ts';
import type { StepReading } from './read-step.ts';

/** @returns `EXPRESSION_INVALID` for outputs of steps that may not have succeeded then. */
export function checkCompensation(
  { step, compensate }: StepReading,
  readings: ReadonlyMap<string, StepReading>,
): readonly Fault[] {
  if (!compensate) return [];
  const succeeded = neededBy(step.id, readings);
  return expressionsIn(compensate.with).flatMap((expression) =>
    expression.compiled.references.flatMap(({ root, path, offset }): readonly Fault[] => {
      const [id = '', part] = path;
      if (root !== 'steps' || part !== 'outputs' || succeeded.has(id) || !readings.has(id))
        return [];
      const message = `step "${id}" may not have succeeded when this runs`;
      const remedy = `refer to "${step.id}" itself, or to a step that it needs`;
      return [faultAt(expression, { message, offset, remedy })];
    }),
  );
}

/** The step, and all that must have succeeded before it started. */
function neededBy(id: string, readings: ReadonlyMap<string, StepReading>): ReadonlySet<string> {
  const found = new Set([id]);
  for (const one of found) for (const need of readings.get(one)?.needs ?? []) found.add(need);
  return found;
}
