/** The type of what an operator or a function gives. */
import { alternatives, type CelType, couldBe, describeType, DYN, unionOf } from './cel-type.ts';
import { FUNCTIONS } from './functions.ts';
import { compilePattern } from './match.ts';
import { CelFault } from './meter.ts';
import type { CelNode } from './node.ts';
import { OPERATORS } from './operators.ts';
import { type Operation, type Refusal, takesTypes } from './overload.ts';
import type { CelProblem } from './problem.ts';

type Call = Extract<CelNode, { readonly op: 'call' }>;

/** Of larger unions the members are not looked at one by one. */
const MAX_COMBINATIONS = 64;

/** @returns the operation that a call names, or `undefined`. */
export function operationOf({ name, style }: Call): Operation | undefined {
  const operation = (style === 'operator' ? OPERATORS : FUNCTIONS).get(name);
  return operation?.styles.includes(style) ? operation : undefined;
}

/** @param types  of the arguments */
export function checkCall(call: Call, types: readonly CelType[]): CelType | CelProblem {
  const operation = operationOf(call);
  if (!operation) return unknownFunction(call);
  const fault = checkPattern(call);
  if (fault) return fault;
  const results = combinations(types).flatMap((combination) =>
    operation.overloads
      .filter((overload) => takesTypes(overload, combination))
      .map(({ gives }) => (typeof gives === 'function' ? gives(...combination) : gives)),
  );
  const good = results.filter((result): result is CelType => 'kind' in result);
  if (good.length > 0) return unionOf(good);
  const refusal = results.find((result): result is Refusal => 'refused' in result);
  return refusal ? describeRefusal(refusal, call, types) : describeMismatch(call, types);
}

/** Every choice of one member from each union. */
function combinations(types: readonly CelType[]): readonly (readonly CelType[])[] {
  const members = types.map(alternatives);
  if (members.reduce((count, { length }) => count * length, 1) > MAX_COMBINATIONS) {
    return [types.map((type) => (type.kind === 'union' ? DYN : type))];
  }
  return members.reduce<readonly (readonly CelType[])[]>(
    (before, next) => before.flatMap((head) => next.map((member) => [...head, member])),
    [[]],
  );
}

function describeRefusal(
  { refused, remedy }: Refusal,
  { start: offset, name }: Call,
  types: readonly CelType[],
): CelProblem {
  const isComparison = name === '==' || name === '!=';
  const message = isComparison ? `${refused}: ${types.map(describeValues).join(' and ')}` : refused;
  return remedy === undefined ? { message, offset } : { message, offset, remedy };
}

/** With the texts, if they are known: `"adam"` rather than `text`. */
const describeValues = (type: CelType): string =>
  type.kind === 'string' && type.values
    ? type.values.map((value) => JSON.stringify(value)).join(' or ')
    : describeType(type);

function describeMismatch(call: Call, types: readonly CelType[]): CelProblem {
  const name = call.name === 'negate' ? '-' : call.name;
  const given = types.map(describeType).join(' and ') || 'nothing';
  const message = `\`${name}\` does not take ${given}`;
  const remedy = remedyFor(name, types);
  return remedy === undefined
    ? { message, offset: call.start }
    : { message, offset: call.start, remedy };
}

function remedyFor(name: string, types: readonly CelType[]): string | undefined {
  if (types.some(({ kind }) => kind === 'artifact')) return 'an artifact can only be passed on';
  if (name === '+' && types.some((type) => couldBe(type, 'string'))) {
    return 'write `string(…)` around what is no text';
  }
  return undefined;
}

function unknownFunction({ name, style, start: offset }: Call): CelProblem {
  const known = [...FUNCTIONS]
    .filter(([, { styles }]) => styles.includes(style))
    .map(([other]) => other);
  const isOther = FUNCTIONS.has(name);
  const message = isOther
    ? `\`${name}\` is written ${style === 'method' ? `\`${name}(x)\`` : `\`x.${name}()\``}`
    : `there is no function "${name}"`;
  return { message, offset, unknown: { path: [name], of: 'function', known } };
}

/** A pattern that is written out is looked at when the expression is compiled. */
function checkPattern({ name, style, args }: Call): CelProblem | null {
  const pattern = args[1];
  if (name !== 'matches' || style === 'operator' || pattern?.op !== 'literal') return null;
  if (typeof pattern.value !== 'string') return null;
  try {
    compilePattern(pattern.value);
    return null;
  } catch (error) {
    if (!(error instanceof CelFault)) throw error;
    return { message: error.message, offset: pattern.start };
  }
}
