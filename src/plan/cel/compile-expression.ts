/**
 * An expression's text → its type, what it names, and what is wrong with it.
 *
 * Runs inside the workflow sandbox: imports nothing of Node, and is deterministic.
 */
import { DYN, type CelType } from './cel-type.ts';
import { type CelEnvironment, checkTree } from './check.ts';
import { parseExpression } from './parse.ts';
import { type CelProblem, ProblemFound } from './problem.ts';
import { type CelReference, findReferences } from './references.ts';

export type { CelEnvironment } from './check.ts';
export type { CelProblem } from './problem.ts';
export type { CelReference } from './references.ts';

export interface CompiledExpression {
  /** Without what stands around it; what a plan keeps, and `evaluateExpression` takes. */
  readonly source: string;
  /** Of its value; `dyn` where that is not known, or where there are problems. */
  readonly type: CelType;
  /** Whatever could be parsed, also where the types are wrong. */
  readonly references: readonly CelReference[];
  /** Empty: it can be evaluated with variables of the environment's types. */
  readonly problems: readonly CelProblem[];
}

/**
 * Never throws: what is wrong is in `problems`, with offsets in `source`.
 *
 * @param environment  the variables and their types; `null` allows any, for what is known only
 * when it is evaluated
 */
export function compileExpression(source: string, environment: CelEnvironment): CompiledExpression {
  try {
    const tree = parseExpression(source);
    const references = findReferences(tree);
    const { type, problems } = checkTree(tree, environment);
    return { source, type: problems.length > 0 ? DYN : type, references, problems };
  } catch (error) {
    if (!(error instanceof ProblemFound)) throw error;
    return { source, type: DYN, references: [], problems: [error.problem] };
  }
}
