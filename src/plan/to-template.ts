/** Makes a template of a value with holes; whatever holds none becomes one literal. */
import type { Json } from '../json.ts';
import { pointerInto } from '../spec/pointer.ts';
import type { Template } from './plan.ts';
import type { Resolved } from './resolve-values.ts';

/** @param holes  by JSON pointer inside the value */
export function toTemplate(value: Json, holes: ReadonlyMap<string, Template>): Template {
  return holes.size === 0 ? { literal: value } : build(value, holes, '');
}

export const templateOf = ({ value, holes }: Pick<Resolved, 'value' | 'holes'>): Template =>
  toTemplate(
    value,
    new Map([...holes].map(([pointer, { template }]) => [pointer, template ?? { literal: null }])),
  );

function build(value: Json, holes: ReadonlyMap<string, Template>, pointer: string): Template {
  const hole = holes.get(pointer);
  if (hole) return hole;
  if (value === null || typeof value !== 'object') return { literal: value };
  if (Array.isArray(value)) {
    const list = (value as readonly Json[]).map((item, i) => build(item, holes, `${pointer}/${i}`));
    return list.every((item) => 'literal' in item) ? { literal: value } : { list };
  }
  const entries = Object.entries(value).map(([key, item]): [string, Template] => [
    key,
    build(item, holes, pointerInto(pointer, key)),
  ]);
  if (entries.every(([, item]) => 'literal' in item)) return { literal: value };
  return { map: Object.fromEntries(entries) };
}
