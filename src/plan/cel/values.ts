/** What operations ask of JSON values. */
import { type Json, isJsonObject } from '../../json.ts';
import type { Meter } from './meter.ts';

export type ValueKind = 'null' | 'bool' | 'number' | 'string' | 'list' | 'map';

export function kindOf(value: Json): ValueKind {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || typeof value === 'string') return typeof value as 'number';
  return Array.isArray(value) ? 'list' : 'map';
}

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** An own key alone: what every object inherits is no part of a value. */
export const ownPart = (value: Json, key: string): Json | undefined =>
  isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** Sorted, so that equal maps give equal results in whatever order their keys were written. */
export const keysOf = (map: Json): readonly string[] =>
  isJsonObject(map) ? Object.keys(map).sort() : [];

/** Equality of JSON values; values of different kinds are not equal. */
export function areEqual(a: Json, b: Json, meter: Meter, depth = 1): boolean {
  meter.enter(depth);
  if (typeof a === 'string' && typeof b === 'string') {
    meter.spendText(Math.min(a.length, b.length));
    return a === b;
  }
  const isEqual = (left: Json = null, right: Json = null): boolean =>
    areEqual(left, right, meter, depth + 1);
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]))
  );
}

/** Order by code point, as CEL has it; `<` of JavaScript orders by UTF-16 code unit. */
export function compareText(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i += 1;
  // Back to the start of a surrogate pair of which only the second half differs.
  if (i > 0 && isHighSurrogate(a.charCodeAt(i - 1))) i -= 1;
  return (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1);
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** In code points, as CEL counts characters. */
export function lengthOfText(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
