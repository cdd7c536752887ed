/** JSON from outside: a program, a server. */
import type { Json } from '../json.ts';

/** Deeper JSON would overflow the stack of what walks it. */
const MAX_DEPTH = 64;

/** @throws SyntaxError for what is no JSON, is nested deeper than 64, or has the key `__proto__`. */
export function parseJson(text: string): Json {
  const value = JSON.parse(text, (key, item: unknown) => {
    if (key === '__proto__') throw new SyntaxError('the key "__proto__" is not allowed');
    return item;
  }) as Json;
  requireShallow(value, MAX_DEPTH);
  return value;
}

function requireShallow(value: Json, left: number): void {
  if (value === null || typeof value !== 'object') return;
  if (left === 0) throw new SyntaxError(`it is nested deeper than ${MAX_DEPTH}`);
  for (const item of Object.values<Json>(value)) requireShallow(item, left - 1);
}
