/** What of its environment an expression names. */
import type { CelNode } from './node.ts';

export interface CelReference {
  /** `params`, `steps`, `item`, … */
  readonly root: string;
  /** As far as it is written out: of `steps.a.outputs.list[i]` it is `['a', 'outputs', 'list']`. */
  readonly path: readonly string[];
  /** Whether a computed key or an index follows, so that more than `path` may be meant. */
  readonly isOpen: boolean;
  /** Of the root, in the text. */
  readonly offset: number;
}

/** In the order of the text; what is named twice is there twice. Names that a macro binds are left out. */
export function findReferences(tree: CelNode): readonly CelReference[] {
  const found: CelReference[] = [];
  visit(tree, new Set(), found);
  return found.sort((a, b) => a.offset - b.offset);
}

/** The names from the root on, or `null` where the root is no name. */
export function staticPath(node: CelNode): readonly string[] | null {
  if (node.op === 'name') return [node.name];
  const key = staticKey(node);
  if (key === null) return null;
  const path = 'of' in node ? staticPath(node.of) : null;
  return path && [...path, key];
}

function staticKey(node: CelNode): string | null {
  if (node.op === 'field' || node.op === 'has') return node.key;
  if (node.op !== 'index' || node.key.op !== 'literal') return null;
  return typeof node.key.value === 'string' ? node.key.value : null;
}

function visit(node: CelNode, bound: ReadonlySet<string>, found: CelReference[]): void {
  if (node.op === 'name' || 'of' in node) {
    visitPath(node, bound, found);
    return;
  }
  if (node.op === 'each') {
    visit(node.over, bound, found);
    const inner = new Set([...bound, node.variable]);
    if (node.where) visit(node.where, inner, found);
    visit(node.body, inner, found);
    return;
  }
  for (const child of childrenOf(node)) visit(child, bound, found);
}

function childrenOf(node: CelNode): readonly CelNode[] {
  switch (node.op) {
    case 'call':
      return node.args;
    case '&&':
    case '||':
      return [node.left, node.right];
    case 'choice':
      return [node.test, node.then, node.otherwise];
    case 'list':
      return node.items;
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    default:
      return [];
  }
}

/** Of the root: `has(a.b)` starts before it. */
const startOf = (node: CelNode): number => ('of' in node ? startOf(node.of) : node.start);

/** `a.b[c].d`: the longest part from the root that is written out, and what stands in brackets. */
function visitPath(node: CelNode, bound: ReadonlySet<string>, found: CelReference[]): void {
  let isOpen = false;
  let inner = node;
  while ('of' in inner) {
    if (inner.op === 'index') visit(inner.key, bound, found);
    const path = staticPath(inner);
    if (path) break;
    isOpen = staticKey(inner) === null;
    inner = inner.of;
  }
  const path = staticPath(inner);
  if (!path) {
    visit(inner, bound, found);
    return;
  }
  const [root = '', ...rest] = path;
  if (!bound.has(root)) found.push({ root, path: rest, isOpen, offset: startOf(inner) });
}
