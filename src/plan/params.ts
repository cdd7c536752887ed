/** The values of a run's parameters: defaults, overrides, types and bounds. */
import { suggest } from '../did-you-mean.ts';
import { type ErrorCode, PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { nameTypes } from '../name-types.ts';
import type { Fault, ParamSpec, ParamType, Spec } from '../spec/spec.ts';

export interface ResolvedParams {
  /** Parameters without a good value are missing. */
  readonly values: ReadonlyMap<string, Json>;
  readonly errors: readonly PipelineError[];
}

/**
 * @param overrides  by name. Text, as the command line gives it, becomes the declared type;
 * other values must have it.
 * @param later  names of those whose values come when the run is there
 * @returns errors `PARAM_UNKNOWN` (which has no place in the file), `PARAM_INVALID` and
 * `PARAM_MISSING` (at the declaration), and `SPEC_INVALID` where the declaration is wrong.
 */
export function resolveParams(
  spec: Spec,
  overrides: Readonly<Record<string, unknown>>,
  later: ReadonlySet<string> = new Set(),
): ResolvedParams {
  const values = new Map<string, Json>();
  const errors = Object.keys(overrides)
    .filter((name) => !spec.params.has(name))
    .map((name) => unknownParam(name, [...spec.params.keys()]));
  for (const [name, param] of spec.params) {
    const given = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
    const result = later.has(name) ? null : resolveParam(name, param, given);
    if (result && 'value' in result) values.set(name, result.value);
    const wrong = result && 'fault' in result ? [result.fault] : [];
    const faults = [...misdeclared(param), ...wrong];
    errors.push(...faults.map((fault) => spec.errorOf(placed(name, fault))));
  }
  return { values, errors };
}

/**
 * What is wrong with values that a file gives parameters, such as `on.schedule[0].params`.
 *
 * @param later  parameters whose values come when the run is there
 */
export function checkGivenParams(
  spec: Spec,
  given: Readonly<Record<string, Json>>,
  later: ReadonlySet<string> = new Set(),
): readonly (Omit<Fault, 'path' | 'at'> & { readonly name: string })[] {
  const unknown = Object.keys(given)
    .filter((name) => !spec.params.has(name))
    .map((name) => {
      const { code, message, remedy = '' } = unknownParam(name, [...spec.params.keys()]);
      return { name, code, message, remedy };
    });
  const wrong = [...spec.params].flatMap(([name, param]) => {
    if (later.has(name)) return [];
    const result = resolveParam(name, param, Object.hasOwn(given, name) ? given[name] : undefined);
    // A wrong default is told where it is declared.
    if (!('fault' in result) || result.fault.code === 'SPEC_INVALID') return [];
    const { code, message } = result.fault;
    return [{ name, code, message: `parameter "${name}" ${message}` }];
  });
  return [...unknown, ...wrong];
}

interface ParamFault {
  readonly code: ErrorCode;
  /** Of the declaration; `null`: the parameter as a whole. */
  readonly key: string | null;
  readonly message: string;
  readonly remedy?: string;
}

const placed = (name: string, { key, message, ...rest }: ParamFault): Fault => ({
  ...rest,
  path: key === null ? ['params', name] : ['params', name, key],
  at: key === null ? 'key' : 'value',
  message: `parameter "${name}" ${message}`,
});

function resolveParam(
  name: string,
  param: ParamSpec,
  given: unknown,
): { readonly value: Json } | { readonly fault: ParamFault } {
  const isDefault = given === undefined;
  const value = isDefault ? param.default : coerce(given, param.type);
  if (value === undefined) {
    const remedy = `give it with --param ${name}=…, or declare a default`;
    return { fault: { code: 'PARAM_MISSING', key: null, message: 'has no value', remedy } };
  }
  const rule = brokenRule(value, param);
  if (rule === null) return { value: value as Json };
  const message = `${rule}, not ${show(given ?? value)}`;
  return {
    fault: isDefault
      ? { code: 'SPEC_INVALID', key: 'default', message }
      : { code: 'PARAM_INVALID', key: null, message },
  };
}

const unknownParam = (name: string, known: readonly string[]): PipelineError =>
  new PipelineError('PARAM_UNKNOWN', `"${name.slice(0, 80)}" is not a parameter of this pipeline`, {
    remedy: suggest(name, known, 'parameters'),
  });

const show = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 60);

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

/** @returns the text as the type wants it, or the value itself where it cannot be that. */
function coerce(value: unknown, type: ParamType): unknown {
  if (typeof value !== 'string' || type === 'string') return value;
  const text = value.trim();
  if (type === 'list') return listIn(text) ?? value;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : value;
  return NUMBER.test(text) ? Number(text) : value;
}

/** A list as JSON, such as `[1, 2]`. */
function listIn(text: string): unknown {
  if (!text.startsWith('[')) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const nameOf = (type: ParamType): string => nameTypes([type === 'list' ? 'array' : type]);

function hasType(value: unknown, type: ParamType): boolean {
  if (type === 'list') return Array.isArray(value);
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
  return typeof value === type;
}

function brokenRule(value: unknown, param: ParamSpec): string | null {
  if (!hasType(value, param.type)) return `must be ${nameOf(param.type)}`;
  if (typeof value === 'number') {
    if (param.minimum !== undefined && value < param.minimum) return `must be >= ${param.minimum}`;
    if (param.maximum !== undefined && value > param.maximum) return `must be <= ${param.maximum}`;
  }
  const { items } = param;
  if (Array.isArray(value) && items && !value.every((item) => hasType(item, items))) {
    return `must be a list whose every item is ${nameOf(items)}`;
  }
  if (param.enum && !param.enum.includes(value as Json)) {
    return `must be one of ${param.enum.map(String).join(', ')}`;
  }
  return null;
}

/** Faults of the declaration itself, whatever the value. */
function misdeclared({
  type,
  minimum,
  maximum,
  enum: allowed,
  items,
}: ParamSpec): readonly ParamFault[] {
  const isNumeric = type === 'number' || type === 'integer';
  const faults: ParamFault[] = [];
  const fault = (key: string, message: string): void => {
    faults.push({ code: 'SPEC_INVALID', key, message });
  };
  const ofNumbers = `is of type ${type}; only numbers have bounds`;
  if (minimum !== undefined && !isNumeric) fault('minimum', ofNumbers);
  if (maximum !== undefined && !isNumeric) fault('maximum', ofNumbers);
  if (items !== undefined && type !== 'list') {
    fault('items', `is of type ${type}; only lists have items`);
  }
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    fault('maximum', 'has a `maximum` below its `minimum`');
  }
  if (allowed?.some((value) => !hasType(value, type))) {
    fault('enum', `has a value in \`enum\` that is not ${nameOf(type)}`);
  }
  return faults;
}
