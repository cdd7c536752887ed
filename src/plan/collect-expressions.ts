/** Finds the expressions of a value and what they name, before anything is known of types. */
import { suggest } from '../did-you-mean.ts';
import type { Json } from '../json.ts';
import { toPointer } from '../spec/pointer.ts';
import type { Fault, Path } from '../spec/spec.ts';
import { compileExpression, type CompiledExpression } from './cel/compile-expression.ts';
import { parseText, type TextPart } from './cel/parse-text.ts';
import type { CelProblem } from './cel/problem.ts';

/** An expression, and where it stands in the file. */
export interface PlacedExpression {
  /** Compiled for any names; offsets count from the start of its source. */
  readonly compiled: CompiledExpression;
  readonly at: Path;
  /** Which `${{` of the text there. */
  readonly index: number;
  /** Names with dots between them: nothing is computed. */
  readonly isPlain: boolean;
}

export type PlacedPart = { readonly text: string } | PlacedExpression;

export interface Collected {
  readonly value: Json;
  /** Where it stands in the file. */
  readonly at: Path;
  /** By JSON pointer inside the value; texts without an expression are left out. */
  readonly texts: ReadonlyMap<string, readonly PlacedPart[]>;
  readonly faults: readonly Fault[];
}

/** @returns the expressions of every text in the value, and `EXPRESSION_INVALID` for what is none. */
export function collectExpressions(value: Json, at: Path): Collected {
  const texts = new Map<string, readonly PlacedPart[]>();
  const faults: Fault[] = [];
  const visit = (inner: Json, path: Path): void => {
    if (typeof inner === 'string') {
      if (!inner.includes('${{')) return;
      const read = readText(inner, [...at, ...path]);
      texts.set(toPointer(path), read.parts);
      faults.push(...read.faults);
    } else if (Array.isArray(inner)) {
      inner.forEach((item: Json, index) => {
        visit(item, [...path, index]);
      });
    } else if (inner !== null && typeof inner === 'object') {
      for (const [key, item] of Object.entries(inner)) visit(item, [...path, key]);
    }
  };
  visit(value, []);
  return { value, at, texts, faults };
}

/** A text that is one expression, with `${{ }}` around it or without. */
export function collectCondition(text: string, at: Path): Collected {
  if (!text.includes('${{')) {
    const compiled = compileExpression(text.trim(), null);
    const part = place({ compiled, at, index: 0 });
    const faults = compiled.problems.map((problem) => faultOf(problem, part));
    return { value: text, at, texts: new Map([['', [part]]]), faults };
  }
  const { parts, faults } = readText(text, at);
  const expressions = parts.filter((part) => !('text' in part) || part.text.trim() !== '');
  if (expressions.length > 1) faults.push(notOne(at));
  return { value: text, at, texts: new Map([['', expressions]]), faults };
}

const notOne = (path: Path): Fault => ({
  code: 'EXPRESSION_INVALID',
  path,
  at: 'value',
  message: 'a condition is one expression',
  remedy: 'write all of it in one ${{ }}, or leave the braces out',
});

export const expressionsIn = ({ texts }: Collected): readonly PlacedExpression[] =>
  [...texts.values()].flatMap((parts) => parts.flatMap((part) => ('text' in part ? [] : [part])));

/** A fault of an expression: where in it, unless it is a plain name, which is told as a whole. */
export function faultAt(
  { at, index, isPlain }: Pick<PlacedExpression, 'at' | 'index' | 'isPlain'>,
  { message, offset, remedy }: Pick<CelProblem, 'message' | 'remedy'> & { offset?: number },
  code: Fault['code'] = 'EXPRESSION_INVALID',
): Fault {
  return {
    ...{ code, path: at, at: 'value', expression: index, message },
    ...(offset !== undefined && !isPlain && { offset }),
    ...(remedy !== undefined && { remedy }),
  };
}

/** With what may have been meant. */
export function faultOf(
  problem: CelProblem,
  expression: Parameters<typeof faultAt>[0],
  code: Fault['code'] = 'EXPRESSION_INVALID',
): Fault {
  const { unknown } = problem;
  const meant = unknown && suggest(unknown.path.at(-1) ?? '', unknown.known, `${unknown.of}s`);
  const remedy = problem.remedy ?? meant;
  return faultAt(expression, { ...problem, ...(remedy !== undefined && { remedy }) }, code);
}

function readText(text: string, at: Path): { parts: PlacedPart[]; faults: Fault[] } {
  const parts: PlacedPart[] = [];
  const faults: Fault[] = [];
  for (const part of parseText(text, null)) {
    if ('text' in part) parts.push(part);
    else if ('problem' in part) {
      const whole = { at, index: part.index, isPlain: true };
      parts.push({ ...whole, compiled: BROKEN });
      faults.push(faultOf(part.problem, whole));
    } else {
      const placed = placeWithin(part, text, at);
      parts.push(placed);
      faults.push(...placed.compiled.problems.map((problem) => faultOf(problem, placed)));
    }
  }
  return { parts, faults };
}

const BROKEN: CompiledExpression = {
  source: '',
  type: { kind: 'dyn' },
  references: [],
  problems: [{ message: '', offset: 0 }],
};

type ExpressionPart = Extract<TextPart, { readonly expression: CompiledExpression }>;

/** Offsets of `parseText` count from the start of the text. */
function placeWithin({ expression, index, offset }: ExpressionPart, text: string, at: Path) {
  let start = offset + 3;
  while (/\s/.test(text[start] ?? '')) start += 1;
  const shift = <T extends { readonly offset: number }>(item: T): T => ({
    ...item,
    offset: item.offset - start,
  });
  const compiled = {
    ...expression,
    references: expression.references.map(shift),
    problems: expression.problems.map(shift),
  };
  return place({ compiled, at, index });
}

const PLAIN = /^[A-Za-z_]\w{0,127}(\s*\.\s*[A-Za-z_]\w{0,127})*$/;

const place = (expression: Omit<PlacedExpression, 'isPlain'>): PlacedExpression => ({
  ...expression,
  isPlain: expression.compiled.source === '' || PLAIN.test(expression.compiled.source),
});
