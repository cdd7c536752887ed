/** Says what is wrong with the types of an expression. */
import { nearestOf } from '../did-you-mean.ts';
import type { Fault, Spec } from '../spec/spec.ts';
import { alternatives, type CelType } from './cel/cel-type.ts';
import type { CelProblem } from './cel/problem.ts';
import { schemasOfType } from './cel/schema-type.ts';
import { faultAt, faultOf, type PlacedExpression } from './collect-expressions.ts';
import { describeSchemas } from './fits.ts';

/** In the words of every message about types. */
export const describe = (type: CelType): string => describeSchemas(schemasOfType(type));

const COMPOSITE: readonly CelType['kind'][] = ['list', 'map', 'record', 'artifact'];

/** Whether it can never be put into text. */
export const isComposite = (type: CelType): boolean =>
  alternatives(type).every(({ kind }) => COMPOSITE.includes(kind));

/** @returns `OUTPUT_UNKNOWN`, or `TYPE_MISMATCH` where no name is missing. */
export function describeTypeProblem(
  problem: CelProblem,
  expression: PlacedExpression,
  { spec }: { readonly spec: Spec },
): Fault {
  const { unknown } = problem;
  if (!unknown) return faultOf(problem, expression, 'TYPE_MISMATCH');
  const [root, step, outputs, ...path] = unknown.path;
  if (root !== 'steps' || step === undefined || outputs !== 'outputs' || path.length === 0) {
    return faultOf(problem, expression);
  }
  const described = describeOutput({ step, path, known: unknown.known }, spec);
  return faultAt(expression, { ...described, offset: problem.offset }, 'OUTPUT_UNKNOWN');
}

interface MissingOutput {
  readonly step: string;
  readonly path: readonly string[];
  readonly known: readonly string[];
}

function describeOutput(
  { step, path, known }: MissingOutput,
  spec: Spec,
): { readonly message: string; readonly remedy: string } {
  const parent = path.slice(0, -1);
  const name = path.at(-1) ?? '';
  const { uses = '' } =
    spec.steps.get(step) ?? spec.onFailure.get(step) ?? spec.finally.get(step) ?? {};
  const [owner, what] =
    parent.length === 0
      ? [`step "${step}" (${uses})`, 'output']
      : [`steps.${step}.outputs.${parent.join('.')}`, 'part'];
  const near = nearestOf(name, known);
  const all = `${what}s: ${known.join(', ') || 'none'}`;
  return {
    message: `${owner} has no ${what} "${name}"`,
    remedy: near === undefined ? all : `did you mean "${near}"? (${all})`,
  };
}
