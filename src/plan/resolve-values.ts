/** Puts into a value what is known of its expressions, and types the rest. */
import { isPipelineError } from '../errors.ts';
import { canonicalJson, type Json, type JsonObject } from '../json.ts';
import { pointerInto, toPointer } from '../spec/pointer.ts';
import type { Fault, Path, Spec } from '../spec/spec.ts';
import { type CelType, DYN, STRING, unionOf } from './cel/cel-type.ts';
import { type CelEnvironment, compileExpression } from './cel/compile-expression.ts';
import { evaluateExpression } from './cel/evaluate-expression.ts';
import { checkReferences } from './check-references.ts';
import {
  type Collected,
  faultAt,
  type PlacedExpression,
  type PlacedPart,
} from './collect-expressions.ts';
import { describe, describeTypeProblem, isComposite } from './describe-types.ts';
import { paramType, type Place, typeOfJson } from './places.ts';
import type { Template } from './plan.ts';

/** Where a value is resolved, and with what. */
export interface Setting {
  readonly spec: Spec;
  readonly place: Place;
  /** Made when it is needed: most values hold no expression. */
  readonly environment: () => CelEnvironment;
  /** Of the run; those that are not known, or have no good value, are left out. */
  readonly params: ReadonlyMap<string, Json>;
}

/** A value that is known only when the run is there. */
export interface Hole {
  /** Inside the value. */
  readonly path: Path;
  /** `null` where it is not known because something about it is wrong, or a parameter is missing. */
  readonly template: Template | null;
  readonly type: CelType;
  readonly expression: PlacedExpression;
  /** Part of a longer text. */
  readonly isEmbedded: boolean;
}

export interface Resolved {
  /** With what is known put in; where a hole is, the text of the file. */
  readonly value: Json;
  /** By JSON pointer inside the value; the place's whole value. */
  readonly holes: ReadonlyMap<string, Hole>;
  /** By JSON pointer inside the value: the parameters that a known value was made from. */
  readonly paramsAt: ReadonlyMap<string, readonly string[]>;
  readonly faults: readonly Fault[];
}

/** @returns faults of `checkReferences`, and `OUTPUT_UNKNOWN`, `TYPE_MISMATCH`, `EXPRESSION_FAILED`. */
export function resolveValue(collected: Collected, setting: Setting): Resolved {
  if (collected.texts.size === 0) {
    return { value: collected.value, holes: NONE, paramsAt: NONE, faults: [] };
  }
  const resolver = new Resolver(collected, setting);
  return { value: resolver.visit(collected.value, [], ''), ...resolver };
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

interface Typed {
  readonly template: Template | null;
  readonly type: CelType;
}

const UNKNOWN: Typed = { template: null, type: DYN };

class Resolver {
  readonly holes = new Map<string, Hole>();
  readonly paramsAt = new Map<string, readonly string[]>();
  readonly faults: Fault[] = [];
  readonly #collected: Collected;
  readonly #setting: Setting;

  constructor(collected: Collected, setting: Setting) {
    this.#collected = collected;
    this.#setting = setting;
  }

  /** @param pointer  of `path`, built on the way */
  visit(value: Json, path: Path, pointer: string): Json {
    if (typeof value === 'string') {
      const parts = this.#collected.texts.get(pointer);
      return parts ? this.#text(value, parts, path) : value;
    }
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) {
      return (value as readonly Json[]).map((item, index) =>
        this.visit(item, [...path, index], `${pointer}/${index}`),
      );
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, Json]) => [
        key,
        this.visit(item, [...path, key], pointerInto(pointer, key)),
      ]),
    );
  }

  #text(text: string, parts: readonly PlacedPart[], path: Path): Json {
    const [first] = parts.filter((part) => !('text' in part));
    if (!first || 'text' in first) return text;
    const isEmbedded = parts.length > 1;
    const typed = parts.map((part) => this.#part(part, isEmbedded));
    const type = isEmbedded ? STRING : (typed[0]?.type ?? DYN);
    const templates = typed.map(({ template }) => template);
    const template = templates.includes(null) ? null : join(templates as Template[]);
    if (template && 'literal' in template) {
      const names = parts.flatMap((part) => ('text' in part ? [] : paramsOf(part)));
      if (names.length > 0) this.paramsAt.set(toPointer(path), names);
      return template.literal;
    }
    this.holes.set(toPointer(path), { path, template, type, expression: first, isEmbedded });
    return text;
  }

  #part(part: PlacedPart, isEmbedded: boolean): Typed {
    if ('text' in part) return { template: { literal: part.text }, type: STRING };
    if (part.compiled.problems.length > 0) return UNKNOWN;
    const { place, spec } = this.#setting;
    const wrong = checkReferences(part, place, spec);
    this.faults.push(...wrong);
    if (wrong.length > 0) return UNKNOWN;
    const type = this.#typeOf(part);
    if (!type) return UNKNOWN;
    if (isEmbedded && isComposite(type)) {
      this.faults.push(notText(part, type));
      return UNKNOWN;
    }
    return { template: this.#template(part), type };
  }

  /** @returns `null` where the types are wrong; the reasons are among the faults. */
  #typeOf(part: PlacedExpression): CelType | null {
    const { spec, environment } = this.#setting;
    const { source, references, type } = part.compiled;
    if (references.length === 0) return type;
    const param = plainParam(part);
    const declared = param === null ? undefined : spec.params.get(param);
    if (declared) return paramType(declared);
    const checked = compileExpression(source, environment());
    if (checked.problems.length === 0) return checked.type;
    for (const problem of checked.problems) {
      this.faults.push(describeTypeProblem(problem, part, this.#setting));
    }
    return null;
  }

  #template(part: PlacedExpression): Template | null {
    const { source, references } = part.compiled;
    if (references.every(({ root }) => root === 'params')) return this.#known(part);
    const [{ root, path } = { root: '', path: [] }] = references;
    if (part.isPlain && root === 'secrets') return { secret: path[0] ?? '' };
    const [step = '', outputs, ...rest] = path;
    if (part.isPlain && root === 'steps' && outputs === 'outputs' && rest.length > 0) {
      return { ref: { step, path: rest } };
    }
    return { expression: source };
  }

  /** The value of what names parameters alone; `null` where one of them is not known. */
  #known(part: PlacedExpression): Template | null {
    const { spec, params } = this.#setting;
    const named = part.compiled.references.map(({ path }) => path[0]);
    const needed = named.includes(undefined) ? [...spec.params.keys()] : (named as string[]);
    if (!needed.every((name) => params.has(name))) return null;
    const param = plainParam(part);
    if (param !== null) return { literal: params.get(param) ?? null };
    return this.#evaluate(part, { params: Object.fromEntries(params) });
  }

  #evaluate(part: PlacedExpression, variables: JsonObject): Template | null {
    try {
      return { literal: evaluateExpression(part.compiled.source, variables) };
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      const { code, message, remedy, details } = error;
      const offset = details?.['offset'];
      const place = typeof offset === 'number' ? { offset } : {};
      const meant = remedy === undefined ? {} : { remedy };
      this.faults.push(faultAt(part, { message, ...place, ...meant }, code));
      return null;
    }
  }
}

const paramsOf = ({ compiled }: PlacedExpression): readonly string[] =>
  compiled.references.flatMap(({ path }) => path[0] ?? []);

/** The name, where the whole expression is a parameter. */
function plainParam({ isPlain, compiled }: PlacedExpression): string | null {
  const [reference] = compiled.references;
  if (!isPlain || reference?.root !== 'params' || reference.path.length !== 1) return null;
  return reference.path[0] ?? null;
}

function notText(part: PlacedExpression, type: CelType): Fault {
  const message = `${part.compiled.source} is ${describe(type)} and cannot be put into text`;
  return faultAt(part, { message, remedy: 'make it the whole value' }, 'TYPE_MISMATCH');
}

/** One part keeps its type; several become text, folded where they are known. */
function join(parts: readonly Template[]): Template {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const folded: Template[] = [];
  for (const part of parts) {
    const last = folded.at(-1);
    if ('literal' in part) {
      const text = typeof part.literal === 'string' ? part.literal : canonicalJson(part.literal);
      if (last && 'literal' in last)
        folded[folded.length - 1] = { literal: `${String(last.literal)}${text}` };
      else folded.push({ literal: text });
    } else {
      folded.push(part);
    }
  }
  const [single] = folded;
  return folded.length === 1 && single && 'literal' in single ? single : { concat: folded };
}

/** The type of a resolved value. */
export function typeOfResolved({ value, holes }: Resolved): CelType {
  if (holes.size === 0) return typeOfJson(value);
  const visit = (inner: Json, pointer: string): CelType => {
    const hole = holes.get(pointer);
    if (hole) return hole.type;
    if (inner === null || typeof inner !== 'object') return typeOfJson(inner);
    if (Array.isArray(inner)) {
      const items = inner as readonly Json[];
      const types = items.map((item, index) => visit(item, `${pointer}/${index}`));
      return { kind: 'list', items: unionOf(types) };
    }
    const fields = Object.entries(inner).map(([key, item]: [string, Json]): [string, CelType] => [
      key,
      visit(item, pointerInto(pointer, key)),
    ]);
    return { kind: 'record', fields: new Map(fields), rest: null };
  };
  return visit(value, '');
}
