/**
 * The expressions of a pipeline, `${{ … }}`: references to parameters and outputs. A subset of
 * CEL, so that what is written today means the same when the rest of CEL is there.
 */

export type Expression =
  | { readonly type: 'param'; readonly name: string }
  | { readonly type: 'output'; readonly step: string; readonly path: readonly string[] };

/** Text, or an expression with its number in the text (from 0), or what is wrong with it. */
export type TextPart =
  | { readonly text: string }
  | { readonly expression: Expression; readonly index: number }
  | { readonly problem: string; readonly index: number };

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Splits a text at its expressions. Linear in the text. */
export function parseText(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (let index = 0; ; index += 1) {
    const start = text.indexOf('${{', at);
    if (start < 0) break;
    if (start > at) parts.push({ text: text.slice(at, start) });
    const end = text.indexOf('}}', start);
    if (end < 0) {
      parts.push({ problem: '`${{` has no `}}`', index });
      return parts;
    }
    parts.push({ ...parseExpression(text.slice(start + 3, end).trim()), index });
    at = end + 2;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}

function parseExpression(source: string): { expression: Expression } | { problem: string } {
  const names = source.split('.').map((name) => name.trim());
  const [root, first, outputs, ...path] = names;
  if (names.every((name) => IDENTIFIER.test(name))) {
    if (root === 'params' && first !== undefined && names.length === 2) {
      return { expression: { type: 'param', name: first } };
    }
    if (root === 'steps' && first !== undefined && outputs === 'outputs' && path.length > 0) {
      return { expression: { type: 'output', step: first, path } };
    }
  }
  if (source === '') return { problem: 'the expression is empty' };
  const shown = source.length > 60 ? `${source.slice(0, 59)}…` : source;
  return { problem: `"${shown}" is not an expression` };
}
