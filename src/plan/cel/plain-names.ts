/**
 * Names with dots between them, such as `steps.a.outputs.model`: most expressions are that, and
 * reading them so takes a tenth of the time of the grammar.
 */
import type { CelNode } from './node.ts';

const PLAIN = /^[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*$/;
const NAME = /\w+/g;

/** Words of the grammar; what stands with them is left to it. */
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** Far below the grammar's own bounds. */
const MOST_NAMES = 16;

/** @returns `null` for anything else. */
export function parsePlainNames(source: string): CelNode | null {
  if (!PLAIN.test(source)) return null;
  const names = [...source.matchAll(NAME)];
  if (names.length > MOST_NAMES || names.some(([name]) => RESERVED.has(name))) return null;
  let node: CelNode | null = null;
  for (const { 0: name, index } of names) {
    const end = index + name.length;
    node = node
      ? { op: 'field', of: node, key: name, at: index, start: names[0]?.index ?? 0, end }
      : { op: 'name', name, start: index, end };
  }
  return node;
}
