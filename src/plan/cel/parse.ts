/**
 * The text of an expression → its tree. The grammar is the library's; everything that this
 * project knows of the library is in this file.
 */
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { FORBIDDEN_KEYS, LIMITS } from './limits.ts';
import type { CelNode, Macro, MapEntry } from './node.ts';
import { parsePlainNames } from './plain-names.ts';
import { type CelProblem, ProblemFound } from './problem.ts';
import { findLongPrefix } from './scan.ts';

/** The library's depth counts brackets, dots and branches; ours, afterwards, every level. */
const grammar = new Environment({
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: LIMITS.nodes, maxDepth: LIMITS.nesting, maxCallArguments: 8 },
});

/** @throws ProblemFound at the first fault. */
export function parseExpression(source: string): CelNode {
  if (source.length > LIMITS.sourceLength) {
    const message = `the expression has ${source.length} characters; ${LIMITS.sourceLength} are allowed`;
    throw new ProblemFound({ message, offset: 0 });
  }
  if (source.trim() === '')
    throw new ProblemFound({ message: 'the expression is empty', offset: 0 });
  const plain = parsePlainNames(source);
  if (plain) return plain;
  // The parser goes down a level for each of them, which its own limits do not count.
  const prefix = findLongPrefix(source, LIMITS.nesting);
  if (prefix >= 0) {
    throw new ProblemFound({ message: '`!` or `-` too often in a row', offset: prefix });
  }
  const tree = parseTree(source);
  refuseDeepTree(tree);
  return convert(tree);
}

function parseTree(source: string): ASTNode {
  try {
    return grammar.parse(source).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ProblemFound(describeFault(error, source));
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  '=': 'write `==` to compare',
  '&': 'write `&&` for "and"',
  '|': 'write `||` for "or"',
  ';': 'an expression is one value, without statements',
};

function describeFault({ code, summary, range }: ParseError, source: string): CelProblem {
  const { start: offset, end } = range ?? { start: 0, end: 0 };
  if (code === 'limit_exceeded')
    return { message: 'the expression is too large or too deep', offset };
  if (code.startsWith('unterminated_')) return { message: 'the quote is never closed', offset };
  if (!['unexpected_token', 'unexpected_character', 'expected_token'].includes(code)) {
    return { message: summary.charAt(0).toLowerCase() + summary.slice(1), offset };
  }
  if (source.slice(offset).trim() === '') {
    return { message: 'the expression ends too early', offset };
  }
  const token = source.slice(offset, Math.max(end, offset + 1));
  const message = `\`${token}\` cannot stand here`;
  const remedy = REMEDIES[token];
  return remedy === undefined ? { message, offset } : { message, offset, remedy };
}

/** Without recursion: the tree of `1+1+…` is as deep as the text is long. */
function refuseDeepTree(root: ASTNode): void {
  const open: { readonly node: ASTNode; readonly depth: number }[] = [{ node: root, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, depth } = next;
    if (depth > LIMITS.depth) {
      const message = `the expression nests more than ${LIMITS.depth} levels`;
      throw new ProblemFound({ message, offset: node.start });
    }
    for (const inner of childrenOf(node)) open.push({ node: inner, depth: depth + 1 });
  }
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}

function convert(node: ASTNode): CelNode {
  const { start, end } = node;
  switch (node.op) {
    case 'value':
      return convertLiteral(node.args, start, end);
    case 'id':
      return { op: 'name', name: node.args, start, end };
    case '.': {
      const [of, key] = node.args;
      return { op: 'field', of: convert(of), key, at: node.pos, start, end };
    }
    case '[]': {
      const [of, key] = node.args;
      return { op: 'index', of: convert(of), key: convert(key), start, end };
    }
    case 'call':
      return convertCall(node.args[0], node.args[1], { start, end });
    case 'rcall':
      return convertMethod(node.args, start, end);
    case 'list':
      return { op: 'list', items: node.args.map(convert), start, end };
    case 'map':
      return { op: 'map', entries: node.args.map(convertEntry), start, end };
    case '.?':
    case '[?]':
      throw new ProblemFound({ message: 'optional access is not supported', offset: start });
    default:
      return convertOperator(node);
  }
}

type Operator = Exclude<
  ASTNode['op'],
  'value' | 'id' | '.' | '[]' | 'call' | 'rcall' | 'list' | 'map' | '.?' | '[?]'
>;

function convertOperator(node: Extract<ASTNode, { readonly op: Operator }>): CelNode {
  const { start, end } = node;
  switch (node.op) {
    case '?:': {
      const [test, then, otherwise] = node.args;
      return {
        ...{ op: 'choice', test: convert(test), then: convert(then) },
        ...{ otherwise: convert(otherwise), start, end },
      };
    }
    case '&&':
    case '||': {
      const [left, right] = node.args;
      return { op: node.op, left: convert(left), right: convert(right), start, end };
    }
    case '!_':
    case '-_': {
      const name = node.op === '!_' ? '!' : 'negate';
      return { op: 'call', name, style: 'operator', args: [convert(node.args)], start, end };
    }
    default: {
      const args = node.args.map(convert);
      return { op: 'call', name: node.op, style: 'operator', args, start, end };
    }
  }
}

function convertLiteral(value: unknown, start: number, end: number): CelNode {
  if (typeof value === 'bigint') {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      const message = `${value} is beyond 2^53 - 1, the largest whole number of JSON`;
      throw new ProblemFound({ message, offset: start, remedy: 'write it as text, or with `.0`' });
    }
    return { op: 'literal', value: Number(value), isInt: true, start, end };
  }
  if (value === null || ['number', 'string', 'boolean'].includes(typeof value)) {
    return {
      op: 'literal',
      value: value as null | number | string | boolean,
      isInt: false,
      start,
      end,
    };
  }
  const message = 'unsigned numbers and bytes are not supported, for JSON has none';
  throw new ProblemFound({ message, offset: start });
}

function convertEntry([key, value]: readonly [ASTNode, ASTNode]): MapEntry {
  if (key.op === 'value' && typeof key.args === 'string' && FORBIDDEN_KEYS.includes(key.args)) {
    const message = `\`${key.args}\` cannot be the key of a map`;
    throw new ProblemFound({ message, offset: key.start });
  }
  return { key: convert(key), value: convert(value) };
}

function convertCall(
  name: string,
  args: readonly ASTNode[],
  place: { readonly start: number; readonly end: number },
): CelNode {
  if (name !== 'has')
    return { op: 'call', name, style: 'function', args: args.map(convert), ...place };
  const [tested] = args.map(convert);
  if (args.length === 1 && tested?.op === 'field') return { ...tested, ...place, op: 'has' };
  const message = '`has` takes one path, such as `has(steps.a.outputs.model)`';
  throw new ProblemFound({ message, offset: place.start });
}

const MACROS: Readonly<Record<string, readonly number[]>> = {
  all: [2],
  exists: [2],
  exists_one: [2],
  filter: [2],
  map: [2, 3],
};

function convertMethod(
  [name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]],
  start: number,
  end: number,
): CelNode {
  const counts = Object.hasOwn(MACROS, name) ? MACROS[name] : undefined;
  if (!counts) {
    const all = [receiver, ...args].map(convert);
    return { op: 'call', name, style: 'method', args: all, start, end };
  }
  const [variable, ...rest] = args;
  if (!counts.includes(args.length) || variable?.op !== 'id') {
    const shape = name === 'map' ? 'value' : 'condition';
    const message = `\`${name}\` takes a name and a ${shape}, such as \`list.${name}(x, …)\``;
    throw new ProblemFound({ message, offset: start });
  }
  const [first, second] = rest.map(convert);
  const body = second ?? first;
  if (!body) throw new ProblemFound({ message: `\`${name}\` has no value`, offset: start });
  return {
    ...{ op: 'each', macro: name as Macro, over: convert(receiver), variable: variable.args },
    ...{ where: second && first ? first : null, body, start, end },
  };
}
