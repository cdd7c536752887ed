/**
 * What the language is designed to have but this version has not. Using it is
 * `SPEC_UNSUPPORTED`, not a typing mistake.
 */
import type { Json, JsonObject } from '../json.ts';
import type { Fault, Path } from './spec.ts';

/** `*` stands for every key or index. Without `values` the key itself is not built yet. */
interface Planned {
  readonly path: readonly string[];
  readonly values?: readonly string[];
}

const OF_KIND: Readonly<Record<string, readonly Planned[]>> = {
  'human-review': [
    { path: ['onTimeout'], values: ['escalate'] },
    { path: ['roles'] },
    { path: ['veto'] },
    { path: ['reminders'] },
    { path: ['escalation'] },
  ],
};

export const plannedInWith = (kind: string, value: Json): readonly Fault[] =>
  find(OF_KIND[kind] ?? [], value);

function find(table: readonly Planned[], root: Json): readonly Fault[] {
  return table.flatMap((planned) =>
    matches(root, planned.path).flatMap(({ path, value }) => {
      const name = String(path.at(-1));
      if (!planned.values) return [fault(path, 'key', `"${name}" is not built yet`)];
      if (typeof value !== 'string' || !planned.values.includes(value)) return [];
      return [fault(path, 'value', `"${value}" is not built yet`)];
    }),
  );
}

const fault = (path: Path, at: 'key' | 'value', message: string): Fault => ({
  code: 'SPEC_UNSUPPORTED',
  path,
  at,
  message,
  remedy: 'this version does without it',
});

function matches(root: Json, pattern: readonly string[]): { path: Path; value: Json }[] {
  const [head, ...rest] = pattern;
  if (head === undefined) return [{ path: [], value: root }];
  return childrenOf(root, head).flatMap(([key, child]) =>
    matches(child, rest).map(({ path, value }) => ({ path: [key, ...path], value })),
  );
}

function childrenOf(value: Json, key: string): [string | number, Json][] {
  if (Array.isArray(value)) return key === '*' ? value.map((item, i) => [i, item as Json]) : [];
  if (value === null || typeof value !== 'object') return [];
  const entries: [string, Json][] = Object.entries(value as JsonObject);
  return key === '*' ? entries : entries.filter(([name]) => name === key);
}
