/** Puts parameters into a value, and finds the references to outputs that stay in it. */
import { suggest } from '../did-you-mean.ts';
import type { PipelineError } from '../errors.ts';
import { canonicalJson, type Json } from '../json.ts';
import type { Path, Spec } from '../spec/spec.ts';
import { type Expression, parseText, type TextPart } from './expression.ts';
import type { Template } from './plan.ts';

/** A reference to an output, and where it stands. */
export interface Reference {
  readonly step: string;
  readonly path: readonly string[];
  /** From the root of the file. */
  readonly at: Path;
  /** Which `${{` of the text there. */
  readonly index: number;
  /** Part of a longer text, so its value becomes text. */
  readonly isEmbedded: boolean;
}

export interface Substituted {
  /** With parameters put in; where a reference stands, the text of the file. */
  readonly value: Json;
  /** By JSON pointer inside the value; the place's whole value. */
  readonly holes: ReadonlyMap<string, Template>;
  readonly references: readonly Reference[];
  /** By JSON pointer inside the value: the parameters that its text names. */
  readonly paramsAt: ReadonlyMap<string, readonly string[]>;
  readonly errors: readonly PipelineError[];
}

/**
 * @param at      where the value stands in the file
 * @param params  of the run; declared ones without a good value are left out
 * @returns errors `EXPRESSION_INVALID`, at the expression.
 */
export function substitute(
  value: Json,
  at: Path,
  context: { readonly spec: Spec; readonly params: ReadonlyMap<string, Json> },
): Substituted {
  const walk = new Walk(at, context.spec, context.params);
  return { value: walk.visit(value, [], ''), ...walk };
}

class Walk {
  readonly holes = new Map<string, Template>();
  readonly references: Reference[] = [];
  readonly paramsAt = new Map<string, string[]>();
  readonly errors: PipelineError[] = [];
  readonly #at: Path;
  readonly #spec: Spec;
  readonly #params: ReadonlyMap<string, Json>;

  constructor(at: Path, spec: Spec, params: ReadonlyMap<string, Json>) {
    this.#at = at;
    this.#spec = spec;
    this.#params = params;
  }

  /** @param pointer  of `path`, built on the way because it is needed for few values only */
  visit(value: Json, path: Path, pointer: string): Json {
    if (typeof value === 'string') return this.#visitText(value, path, pointer);
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) {
      return (value as readonly Json[]).map((item, index) =>
        this.visit(item, [...path, index], `${pointer}/${index}`),
      );
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, Json]) => [
        key,
        this.visit(
          item,
          [...path, key],
          `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        ),
      ]),
    );
  }

  #visitText(text: string, path: Path, pointer: string): Json {
    if (!text.includes('${{')) return text;
    const parts = parseText(text);
    const names = parts.flatMap((part) =>
      'expression' in part && part.expression.type === 'param' ? [part.expression.name] : [],
    );
    if (names.length > 0) this.paramsAt.set(pointer, names);
    const templates = parts.map((part) => this.#template(part, path, parts.length > 1));
    if (templates.includes(null)) {
      this.holes.set(pointer, { literal: null });
      return text;
    }
    const template = join(templates as Template[]);
    if ('literal' in template) return template.literal;
    this.holes.set(pointer, template);
    return text;
  }

  /** @returns `null` where the part has no known value; the reason is among the errors. */
  #template(part: TextPart, path: Path, isEmbedded: boolean): Template | null {
    if ('text' in part) return { literal: part.text };
    const at = [...this.#at, ...path];
    if ('problem' in part) {
      const remedy = 'write ${{ params.<name> }} or ${{ steps.<id>.outputs.<name> }}';
      this.#fail(at, part.index, part.problem, remedy);
      return null;
    }
    const { expression, index } = part;
    if (expression.type === 'param') return this.#param(expression, at, index);
    const { step, path: output } = expression;
    this.references.push({ step, path: output, at, index, isEmbedded });
    return { ref: { step, path: output } };
  }

  #param(
    { name }: Extract<Expression, { type: 'param' }>,
    at: Path,
    index: number,
  ): Template | null {
    const value = this.#params.get(name);
    if (value !== undefined) return { literal: value };
    if (!this.#spec.params.has(name)) {
      const remedy = suggest(name, [...this.#spec.params.keys()], 'parameters');
      this.#fail(at, index, `"${name}" is not a parameter`, remedy);
    }
    return null;
  }

  #fail(path: Path, expression: number, message: string, remedy: string): void {
    const code = 'EXPRESSION_INVALID';
    this.errors.push(this.#spec.errorOf({ code, path, at: 'value', expression, message, remedy }));
  }
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

/**
 * Makes a template of a value; whatever holds no reference becomes one literal.
 *
 * @param holes  by JSON pointer inside the value
 */
export function toTemplate(value: Json, holes: ReadonlyMap<string, Template>): Template {
  return holes.size === 0 ? { literal: value } : build(value, holes, '');
}

function build(value: Json, holes: ReadonlyMap<string, Template>, pointer: string): Template {
  const hole = holes.get(pointer);
  if (hole) return hole;
  if (value === null || typeof value !== 'object') return { literal: value };
  if (Array.isArray(value)) {
    const list = (value as readonly Json[]).map((item, i) => build(item, holes, `${pointer}/${i}`));
    return list.every((item) => 'literal' in item) ? { literal: value } : { list };
  }
  const entries = Object.entries(value).map(([key, item]): [string, Template] => [
    key,
    build(item, holes, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  ]);
  if (entries.every(([, item]) => 'literal' in item)) return { literal: value };
  return { map: Object.fromEntries(entries) };
}
