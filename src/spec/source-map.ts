/** Finds the line and column of what a path names in a YAML file. */
import { isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import type { SourceLocation } from '../errors.ts';
import type { Path, SourceMap } from './spec.ts';

interface Found {
  /** The key that names it; a list item and the root have none. */
  readonly key: Node | null;
  readonly value: Node | null;
}

/** @returns a function from an offset of the text to its line and column, from 1. */
export function lineFinder(file: string, text: string): (offset: number) => SourceLocation {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    counter.addNewLine(at + 1);
  }
  return (offset) => {
    const { line, col } = counter.linePos(Math.min(Math.max(offset, 0), text.length));
    return { file, line, column: col };
  };
}

/** @param root  of the composed document; every path leads to 1:1 where there is none. */
export function createSourceMap(
  root: Node | null,
  text: string,
  at: (offset: number) => SourceLocation,
): SourceMap {
  const locateNode = (node: Node | null): SourceLocation => at(node?.range?.[0] ?? 0);
  return {
    locate(path, which) {
      const { found, complete } = follow(root, path);
      const key = found.key ?? found.value;
      return locateNode(which === 'value' && complete ? (found.value ?? key) : key);
    },
    locateExpression(path, index, offset) {
      const { value } = follow(root, path).found;
      const [start, end] = value?.range ?? [0, 0];
      let opened = start - 1;
      for (let seen = 0; seen <= index; seen += 1) opened = text.indexOf('${{', opened + 1);
      const isThere = opened >= start && opened < end;
      if (offset === undefined) return isThere ? at(opened) : locateNode(value);
      const inside = isThere ? insideBraces(text, opened) : startOfText(value);
      return inside === null ? locateNode(value) : at(clamp(inside + offset, [start, end]));
    },
  };
}

/** Where the expression begins after its `${{`. */
function insideBraces(text: string, opened: number): number {
  let inside = opened + 3;
  while (text[inside] === ' ') inside += 1;
  return inside;
}

/** Of a text on one line: those that are folded over several have other offsets than the file. */
function startOfText(value: Node | null): number | null {
  if (!isScalar(value) || !value.range) return null;
  if (value.type === 'PLAIN') return value.range[0];
  return value.type === 'QUOTE_SINGLE' || value.type === 'QUOTE_DOUBLE' ? value.range[0] + 1 : null;
}

const clamp = (offset: number, [start, end]: readonly [number, number]): number =>
  Math.min(Math.max(offset, start), Math.max(start, end - 1));

/** Goes down the path as far as the file does. */
function follow(root: Node | null, path: Path): { found: Found; complete: boolean } {
  let found: Found = { key: null, value: root };
  for (const step of path) {
    const next = stepInto(found.value, step);
    if (!next) return { found, complete: false };
    found = next;
  }
  return { found, complete: true };
}

function stepInto(node: Node | null, step: string | number): Found | null {
  if (isMap(node)) {
    const pair = node.items.find(
      ({ key }) => isScalar(key) && String(key.value ?? '') === String(step),
    );
    return pair ? { key: pair.key as Node, value: pair.value as Node | null } : null;
  }
  if (isSeq(node) && Number(step) < node.items.length) {
    return { key: null, value: node.items[Number(step)] as Node };
  }
  return null;
}
