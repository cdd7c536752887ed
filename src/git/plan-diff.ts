/** What a new plan of a pipeline changes. Pure. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Json } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Plan, PlanStep, Template } from '../plan/plan.ts';
import { isFileOfSource } from '../source-pattern.ts';

/** A value before and after, as text; `null` where there is none. */
export interface ChangedValue {
  /** `with.layers[0].units`. */
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface PlanDiff {
  readonly params: readonly ChangedValue[];
  /** Of the pipeline as a whole, such as `concurrency.limit`. */
  readonly settings: readonly ChangedValue[];
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
  const old = placedSteps(before);
  const now = placedSteps(after);
  const changed = [...now].flatMap(([id, placed]) => {
    const earlier = old.get(id);
    const values = earlier ? compare(settingsOf(earlier), settingsOf(placed)) : [];
    return values.length > 0 ? [{ step: placed.step, values }] : [];
  });
  return {
    params: compare(flat('', before.params), flat('', after.params)),
    settings: compare(pipelineSettings(before), pipelineSettings(after)),
    added: [...now.values()].filter(({ step }) => !old.has(step.id)).map(({ step }) => step),
    removed: [...old.values()].filter(({ step }) => !now.has(step.id)).map(({ step }) => step),
    changed,
    outputs: compare(flatAll(before.outputs), flatAll(after.outputs)),
    affected: affectedSteps({ before, after, changedData }),
  };
}

interface PlacedStep {
  readonly step: PlanStep;
  readonly section: 'steps' | 'onFailure' | 'finally';
}

/** By id, in the order in which they run. */
function placedSteps(plan: Plan): ReadonlyMap<string, PlacedStep> {
  const sections = ['steps', 'onFailure', 'finally'] as const;
  return new Map(
    sections.flatMap((section) =>
      (plan[section] ?? []).map((step) => [step.id, { step, section }] as const),
    ),
  );
}

type Flat = ReadonlyMap<string, string>;

function compare(before: Flat, after: Flat): readonly ChangedValue[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path) => {
    const [one, other] = [before.get(path) ?? null, after.get(path) ?? null];
    return one === other ? [] : [{ path, before: one, after: other }];
  });
}

/** Everything about a step that a person can set. */
function settingsOf({ step, section }: Omit<PlacedStep, 'section'> & { section: string }): Flat {
  const { needs, after = [], retry, timeoutMs, heartbeatMs, onFailure, compensate } = step;
  const undo = compensate ? settingsOf({ step: compensate, section: 'compensate' }) : new Map();
  return new Map<string, string>([
    ...resultSettings(step),
    ['stands in', section],
    ['needs', needs.join(', ')],
    ...(after.length > 0 ? ([['after', after.join(', ')]] as const) : []),
    ...flat('retry', { ...retry }),
    ['timeout', `${timeoutMs} ms`],
    ['heartbeat', `${heartbeatMs} ms`],
    ...given('foreach.parallel', step.foreach?.parallel),
    ...given('foreach.onItemFailure', step.foreach?.onItemFailure),
    ...given('onFailure', onFailure),
    ...given('runsOn', step.runsOn),
    ...given('cache', step.cache),
    ...[...undo].map(([path, value]): [string, string] => [`compensate.${path}`, String(value)]),
  ]);
}

const given = (path: string, value: Json | undefined): Flat =>
  value === undefined ? new Map() : flat(path, value);

/** What its result depends on: a longer timeout changes nothing about it. */
function resultSettings({ kind, with: input, when, foreach, repeat }: PlanStep): Flat {
  return new Map([
    ['uses', kind],
    ...flatTemplate('with', input),
    ...given('when', when),
    ...(foreach ? overSettings(foreach.over) : []),
    ...given('repeat', repeat && { ...repeat }),
  ]);
}

const overSettings = (over: NonNullable<PlanStep['foreach']>['over']): Flat =>
  'items' in over
    ? flatTemplate('foreach.items', over.items)
    : flatTemplate('foreach.matrix', { map: over.matrix });

function pipelineSettings(plan: Plan): Flat {
  const { concurrency, secrets, priority, fairness } = plan;
  return merged([
    given('concurrency', concurrency && { ...concurrency }),
    given('secrets', secrets && { ...secrets }),
    given('priority', priority),
    given('fairness', fairness),
    new Map([...pipelineDigests(plan)].map(([file, digest]) => [`runs ${file}`, digest])),
  ]);
}

/** Of the pipelines that steps run: the start of the SHA-256 of each text. */
const pipelineDigests = ({ pipelines = {} }: Plan): Flat =>
  new Map(
    Object.entries(pipelines).map(([file, { text }]) => [
      file,
      createHash('sha256').update(text).digest('hex').slice(0, 12),
    ]),
  );

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
  if ('expression' in template) return `\${{ ${template.expression} }}`;
  if ('secret' in template) return `\${{ secrets.${template.secret} }}`;
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

interface Affecting {
  readonly before: Plan;
  readonly after: Plan;
  readonly changedData: ReadonlySet<string>;
}

/** The keys of `with` that name data files, by kind. */
const FILE_KEYS: ReadonlyMap<string, RegExp> = new Map([
  ['dataset', /^with\.(?:source|labels|tables\..+|testFiles\..+)$/],
  ['predict', /^with\.file$/],
  ['import', /^with\.file$/],
]);

const readsOneOf = (files: ReadonlySet<string>, kind: string, settings: Flat): boolean =>
  [...settings].some(([key, value]) => {
    if (!FILE_KEYS.get(kind)?.test(key)) return false;
    const source = path.posix.normalize(value);
    return [...files].some((file) => isFileOfSource(source, file));
  });

function affectedSteps({ before, after, changedData }: Affecting): readonly string[] {
  const old = placedSteps(before);
  const hasNewPipelines = compare(pipelineDigests(before), pipelineDigests(after)).length > 0;
  const affected = new Set<string>();
  for (const [id, { step }] of placedSteps(after)) {
    const earlier = old.get(id);
    const now = resultSettings(step);
    const isChanged = !earlier || compare(resultSettings(earlier.step), now).length > 0;
    const hasNewData = readsOneOf(changedData, step.kind, now);
    const follows = [...step.needs, ...(step.after ?? [])].some((other) => affected.has(other));
    const runsOther = step.kind === 'pipeline' && hasNewPipelines;
    if (isChanged || hasNewData || follows || runsOther) affected.add(id);
  }
  return [...affected];
}
