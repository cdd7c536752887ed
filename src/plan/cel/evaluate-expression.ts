/**
 * An expression's text and its variables → its value.
 *
 * Runs inside the workflow sandbox: imports nothing of Node, and is deterministic.
 */
import { PipelineError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import { checkTree } from './check.ts';
import { evaluateTree } from './evaluate.ts';
import { CelFault } from './meter.ts';
import type { CelNode } from './node.ts';
import { parseExpression } from './parse.ts';
import { type CelProblem, ProblemFound } from './problem.ts';

interface Ready {
  readonly tree: CelNode;
  readonly doubles: ReadonlySet<CelNode>;
}

/** By text: plans are JSON and cannot hold what was compiled. Changes no value, only time. */
const ready = new Map<string, Ready>();
const MAX_READY = 500;

/**
 * Total: it ends within 100,000 steps, and with a value of at most 1 MB as JSON.
 *
 * The value is plain JSON; no number is NaN, infinite or a whole one that was rounded. Maps that
 * the expression makes keep the order in which it writes their keys.
 *
 * @param source     as `compileExpression` accepted it; may be any text
 * @param variables  `{ params, steps, … }`: own keys alone are seen, here and further down
 * @throws PipelineError `EXPRESSION_INVALID` if the text is no expression, `EXPRESSION_FAILED` if
 * it has no value for these variables or needs too much; `details.offset` says where.
 */
export function evaluateExpression(source: string, variables: JsonObject): Json {
  const { tree, doubles } = prepare(source);
  try {
    return evaluateTree(tree, variables, doubles);
  } catch (error) {
    if (!(error instanceof CelFault)) throw error;
    const { message, remedy, offset } = error;
    throw failure('EXPRESSION_FAILED', source, { message, remedy, offset: offset ?? 0 });
  }
}

function prepare(source: string): Ready {
  const known = ready.get(source);
  if (known) return known;
  const fresh = compile(source);
  if (ready.size >= MAX_READY) ready.clear();
  ready.set(source, fresh);
  return fresh;
}

function compile(source: string): Ready {
  try {
    const tree = parseExpression(source);
    const { problems, doubles } = checkTree(tree, null);
    const [first] = problems;
    if (first) throw new ProblemFound(first);
    return { tree, doubles };
  } catch (error) {
    if (!(error instanceof ProblemFound)) throw error;
    throw failure('EXPRESSION_INVALID', source, error.problem);
  }
}

function failure(
  code: 'EXPRESSION_INVALID' | 'EXPRESSION_FAILED',
  source: string,
  {
    message,
    remedy,
    offset,
  }: Pick<CelProblem, 'message' | 'offset'> & { remedy?: string | undefined },
): PipelineError {
  const shown = source.length > 60 ? `${source.slice(0, 59)}…` : source;
  return new PipelineError(code, `\`${shown}\` at ${offset}: ${message}`, {
    remedy,
    details: { expression: shown, offset },
  });
}
