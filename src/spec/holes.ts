/** Values that hold `${{ … }}` and are known only when the plan is compiled or run. */
import type { Json } from '../json.ts';
import { toPointer } from './pointer.ts';
import type { Path } from './spec.ts';

const hasExpression = (text: string): boolean => text.includes('${{');

/** @returns JSON pointers of every text with an expression in it. */
export function holesIn(root: Json): ReadonlySet<string> {
  const holes = new Set<string>();
  const visit = (value: Json, path: Path): void => {
    if (typeof value === 'string') {
      if (hasExpression(value)) holes.add(toPointer(path));
    } else if (Array.isArray(value)) {
      value.forEach((item: Json, index) => {
        visit(item, [...path, index]);
      });
    } else if (value !== null && typeof value === 'object') {
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
    }
  };
  visit(root, []);
  return holes;
}
