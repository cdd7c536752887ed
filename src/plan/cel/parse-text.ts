/** A text with expressions in it, `${{ … }}`, split at them. */
import {
  type CelEnvironment,
  type CompiledExpression,
  compileExpression,
} from './compile-expression.ts';
import type { CelProblem } from './problem.ts';
import { findEnd } from './scan.ts';

/**
 * Text, or an expression with its number in the text (from 0). An expression that is alone in its
 * text keeps its type; beside text, or another, its value becomes text.
 */
export type TextPart =
  | { readonly text: string }
  /** `offset`: of the `${{`. Offsets in `expression` count from the text's start too. */
  | { readonly expression: CompiledExpression; readonly index: number; readonly offset: number }
  | { readonly problem: CelProblem; readonly index: number; readonly offset: number };

/**
 * Linear in the text. The `}}` that ends an expression is the first that stands in no string and
 * closes no map of its own, so `${{ "}}" }}` and `${{ {"a": {"b": 1}}.a.b }}` are whole.
 */
export function parseText(text: string, environment: CelEnvironment): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (let index = 0; ; index += 1) {
    const offset = text.indexOf('${{', at);
    if (offset < 0) break;
    if (offset > at) parts.push({ text: text.slice(at, offset) });
    const found = findEnd(text, offset + 3);
    if ('quote' in found) {
      parts.push({ problem: unclosed(offset, found.quote), index, offset });
      return parts;
    }
    const expression = compileWithin(text.slice(offset + 3, found.end), offset + 3, environment);
    parts.push({ expression, index, offset });
    at = found.end + 2;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}

function unclosed(offset: number, quote: number | null): CelProblem {
  const message = '`${{` has no `}}`';
  if (quote === null) return { message, offset };
  return { message, offset, remedy: `close the quote that opens ${quote - offset} characters on` };
}

/** @param start  where `inner` begins in the text */
function compileWithin(
  inner: string,
  start: number,
  environment: CelEnvironment,
): CompiledExpression {
  const { source, type, references, problems } = compileExpression(inner.trim(), environment);
  const shift = start + inner.length - inner.trimStart().length;
  const shifted = <T extends { readonly offset: number }>(items: readonly T[]): readonly T[] =>
    items.map((item) => ({ ...item, offset: item.offset + shift }));
  return { source, type, references: shifted(references), problems: shifted(problems) };
}
