/** Evaluates an expression of a plan where it stands. Sandbox-safe. */
import type { Json } from '../json.ts';
import { evaluateExpression } from './cel/evaluate-expression.ts';
import type { Surroundings } from './scope.ts';

/** @throws PipelineError as `evaluateExpression`. */
export function evaluate(expression: string, surroundings: Surroundings): Json {
  const { params, run, steps, local } = surroundings;
  return evaluateExpression(expression, { params, run, steps, ...local });
}
