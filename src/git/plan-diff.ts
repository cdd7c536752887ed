/** What a new plan of a pipeline changes. Pure. */
import type { Json } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Plan, PlanStep, Template } from '../plan/plan.ts';

/** A value before and after, as text; `null` where there is none. */
export interface ChangedValue {
  /** `with.layers[0].units`. */
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface PlanDiff {
  readonly params: readonly ChangedValue[];
  readonly added: readonly PlanStep[];
  readonly removed: readonly PlanStep[];
  readonly changed: readonly {
    readonly step: PlanStep;
    readonly values: readonly ChangedValue[];
  }[];
  readonly outputs: readonly ChangedValue[];
  /** Steps whose result may be another one: new or changed, with new data, or after such a step. */
  readonly affected: readonly string[];
}

/** @param changedData  paths of sources whose bytes differ. */
export function diffPlans(before: Plan, after: Plan, changedData: ReadonlySet<string>): PlanDiff {
  const old = new Map(before.steps.map((step) => [step.id, step]));
  const now = new Set(after.steps.map(({ id }) => id));
  const changed = after.steps.flatMap((step) => {
    const values = changesOf(old.get(step.id), step);
    return old.has(step.id) && values.length > 0 ? [{ step, values }] : [];
  });
  return {
    params: compare(flat('', before.params), flat('', after.params)),
    added: after.steps.filter(({ id }) => !old.has(id)),
    removed: before.steps.filter(({ id }) => !now.has(id)),
    changed,
    outputs: compare(flatAll(before.outputs), flatAll(after.outputs)),
    affected: affectedSteps(old, after, changedData),
  };
}

const changesOf = (before: PlanStep | undefined, after: PlanStep): readonly ChangedValue[] =>
  before ? compare(settingsOf(before), settingsOf(after)) : [];

type Flat = ReadonlyMap<string, string>;

function compare(before: Flat, after: Flat): readonly ChangedValue[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path) => {
    const [one, other] = [before.get(path) ?? null, after.get(path) ?? null];
    return one === other ? [] : [{ path, before: one, after: other }];
  });
}

/** Everything about a step that a person can set. */
function settingsOf({ kind, with: input, needs, retry, timeoutMs, heartbeatMs }: PlanStep): Flat {
  return new Map([
    ...resultSettings({ kind, with: input }),
    ['needs', needs.join(', ')],
    ...flat('retry', { ...retry }),
    ['timeout', `${timeoutMs} ms`],
    ['heartbeat', `${heartbeatMs} ms`],
  ]);
}

/** What its result depends on: a longer timeout changes nothing about it. */
const resultSettings = ({ kind, with: input }: Pick<PlanStep, 'kind' | 'with'>): Flat =>
  new Map([['uses', kind], ...flatTemplate('with', input)]);

const flatAll = (templates: Plan['outputs']): Flat =>
  new Map(Object.entries(templates).flatMap(([name, value]) => [...flatTemplate(name, value)]));

const inside = (path: string, key: string) => (path === '' ? key : `${path}.${key}`);

function flatTemplate(path: string, template: Template): Flat {
  if ('literal' in template) return flat(path, template.literal);
  if ('list' in template) {
    return merged(template.list.map((item, index) => flatTemplate(`${path}[${index}]`, item)));
  }
  if ('map' in template) {
    return merged(
      Object.entries(template.map).map(([key, item]) => flatTemplate(inside(path, key), item)),
    );
  }
  return new Map([[path, textOf(template)]]);
}

function textOf(template: Template): string {
  if ('ref' in template) {
    return `\${{ steps.${[template.ref.step, 'outputs', ...template.ref.path].join('.')} }}`;
  }
  if ('concat' in template) return template.concat.map(textOf).join('');
  if ('literal' in template) return shown(template.literal);
  return JSON.stringify(template);
}

const shown = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function flat(path: string, value: Json): Flat {
  if (Array.isArray(value) && value.length > 0) {
    return merged((value as readonly Json[]).map((item, index) => flat(`${path}[${index}]`, item)));
  }
  if (!isJsonObject(value)) return new Map([[path, shown(value)]]);
  const entries = Object.entries(value);
  if (entries.length === 0) return new Map(path === '' ? [] : [[path, '{}']]);
  return merged(entries.map(([key, item]) => flat(inside(path, key), item)));
}

const merged = (parts: readonly Flat[]): Flat => new Map(parts.flatMap((part) => [...part]));

function affectedSteps(
  old: ReadonlyMap<string, PlanStep>,
  after: Plan,
  changedData: ReadonlySet<string>,
): readonly string[] {
  const affected = new Set<string>();
  for (const step of after.steps) {
    const before = old.get(step.id);
    const now = resultSettings(step);
    const isChanged = !before || compare(resultSettings(before), now).length > 0;
    const hasNewData = step.kind === 'dataset' && changedData.has(now.get('with.source') ?? '');
    const follows = step.needs.some((need) => affected.has(need));
    if (isChanged || hasNewData || follows) affected.add(step.id);
  }
  return [...affected];
}
