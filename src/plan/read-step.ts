/** What a step waits for: read off its expressions, before anything is known of types. */
import type { StepSpec } from '../spec/spec.ts';
import type { CelReference } from './cel/compile-expression.ts';
import {
  collectCondition,
  collectExpressions,
  type Collected,
  expressionsIn,
} from './collect-expressions.ts';

/** A step with its expressions found. */
export interface StepReading {
  readonly step: StepSpec;
  readonly with: Collected;
  readonly when: Collected | null;
  /** `foreach.items`. */
  readonly items: Collected | null;
  /** `foreach.matrix`, by name. */
  readonly matrix: ReadonlyMap<string, Collected>;
  readonly until: Collected | null;
  readonly compensate: StepReading | null;
  /** As written and as its expressions imply, sorted; also ids of no step, and its own. */
  readonly needs: readonly string[];
  /** None of `needs`. */
  readonly after: readonly string[];
}

export function readStep(step: StepSpec): StepReading {
  const { at, when, foreach, repeat, compensate } = step;
  const parts = {
    with: collectExpressions(step.with, [...at, 'with']),
    when: typeof when === 'string' && when !== '' ? collectCondition(when, [...at, 'when']) : null,
    items:
      foreach?.items === undefined
        ? null
        : collectExpressions(foreach.items, [...at, 'foreach', 'items']),
    matrix: new Map(
      Object.entries(foreach?.matrix ?? {}).map(([name, list]) => [
        name,
        collectExpressions(list, [...at, 'foreach', 'matrix', name]),
      ]),
    ),
    // An empty one is told by the schema.
    until: repeat?.until ? collectCondition(repeat.until, [...at, 'repeat', 'until']) : null,
  };
  const all = [parts.with, parts.when, parts.items, ...parts.matrix.values(), parts.until];
  const references = all.flatMap((part) => (part ? referencesIn(part) : []));
  return {
    step,
    ...parts,
    compensate: compensate ? readStep(compensate) : null,
    ...waitsFor(step, references),
  };
}

const referencesIn = (collected: Collected): readonly CelReference[] =>
  expressionsIn(collected).flatMap(({ compiled }) => compiled.references);

/**
 * An output that is named must be there, unless the step says in `after` that it looks itself.
 * To ask how a step ended is to wait for its end.
 */
function waitsFor(
  step: StepSpec,
  references: readonly CelReference[],
): Pick<StepReading, 'needs' | 'after'> {
  const needs = new Set(step.needs);
  const after = new Set(step.after);
  for (const { root, path } of references) {
    const [id, part] = path;
    if (root !== 'steps' || id === undefined) continue;
    if (part === 'outputs' && !after.has(id)) needs.add(id);
    else after.add(id);
  }
  return {
    needs: [...needs].sort(),
    after: [...after].filter((id) => !needs.has(id)).sort(),
  };
}
