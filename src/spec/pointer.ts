/** JSON pointers (RFC 6901), which ajv names places with, and paths as people read them. */
import type { Json } from '../json.ts';
import type { Path } from './spec.ts';

export const toPointer = (path: Path): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The pointer of a key of what a pointer names. */
export const pointerInto = (pointer: string, key: string): string =>
  /[~/]/.test(key)
    ? `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    : `${pointer}/${key}`;

/** @param root  tells list indices from keys that look like numbers. */
export function fromPointer(pointer: string, root: unknown): Path {
  if (pointer === '') return [];
  let value: unknown = root;
  return pointer
    .slice(1)
    .split('/')
    .map((escaped) => {
      const text = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
      const key = Array.isArray(value) ? Number(text) : text;
      value = (value as Record<string | number, unknown> | undefined)?.[key];
      return key;
    });
}

/** `optimizer.learningRate`, `features[0].shape`. */
export const describePath = (path: Path): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');

/** A found value in a few words; at most 60 characters. */
export function describeValue(value: Json | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…${typeof value === 'string' ? '"' : ''}` : text;
}
