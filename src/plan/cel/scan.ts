/**
 * Looks over an expression's text without understanding it: where it ends, and how deep it nests.
 *
 * Knows what hides a brace: strings as the parser reads them (single, triple, a backslash hides
 * the next character, in raw strings too), and comments, which end with their line.
 */

export type Scanned =
  /** `end`: offset of the `}}`. */
  | { readonly end: number }
  /** `quote`: offset of a quote that is not closed, `null` where the fault is no quote. */
  | { readonly quote: number | null };

/**
 * Finds the `}}` that closes an expression. The braces of a map close first, so
 * `${{ {"a": {"b": 1}} }}` and `${{ "}}" }}` are each one expression; `}}` ends a comment.
 *
 * @param at  offset after the `${{`
 */
export function findEnd(text: string, at: number): Scanned {
  let depth = 0;
  for (let i = at; i < text.length;) {
    const ch = text[i];
    if (depth === 0 && text.startsWith('}}', i)) return { end: i };
    if (ch === '"' || ch === "'") {
      const end = endOfString(text, i);
      if (end < 0) return { quote: i };
      i = end;
      continue;
    }
    if (ch === '/' && text[i + 1] === '/') {
      i = endOfComment(text, i);
      continue;
    }
    if (ch === '{') depth += 1;
    else if (ch === '}' && depth > 0) depth -= 1;
    i += 1;
  }
  return { quote: null };
}

/** @returns where the `limit + 1`th of `!` and `-` in a row stands, or -1 where none does. */
export function findLongPrefix(source: string, limit: number): number {
  let run = 0;
  for (let i = 0; i < source.length;) {
    const ch = source[i] ?? '';
    if (ch === '"' || ch === "'") {
      run = 0;
      const end = endOfString(source, i);
      if (end < 0) return -1;
      i = end;
      continue;
    }
    if (ch === '!' || ch === '-') run += 1;
    else if (ch.trim() !== '') run = 0;
    if (run > limit) return i;
    i += 1;
  }
  return -1;
}

/** @returns the offset after the closing quote, or -1 */
function endOfString(text: string, at: number): number {
  const quote = text[at] ?? '';
  const isTriple = text.startsWith(quote.repeat(3), at);
  const close = isTriple ? quote.repeat(3) : quote;
  for (let i = at + close.length; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text.startsWith(close, i)) return i + close.length;
    else if (!isTriple && (text[i] === '\n' || text[i] === '\r')) return -1;
  }
  return -1;
}

function endOfComment(text: string, at: number): number {
  for (let i = at; i < text.length; i += 1) {
    if (text[i] === '\n' || text.startsWith('}}', i)) return i;
  }
  return text.length;
}
