/** The space of a search: places in settings, and the values that may stand there. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';

/** Both ends may be drawn. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly scale: 'linear' | 'log';
  readonly type: 'number' | 'integer';
}

export type Domain = { readonly choices: readonly Json[] } | { readonly range: Range };

/** By place, such as `train.optimizer.learningRate`; a place after those that it lies in. */
export type SearchSpace = ReadonlyMap<string, Domain>;

/** A value for every place. */
export type Candidate = { readonly [place: string]: Json };

/** What the steps `architect` and `train` are told, but for what the search gives them. */
export interface CandidateSettings {
  readonly architect: JsonObject;
  readonly train: JsonObject;
}

export interface SpaceProblem {
  readonly place: string;
  /** Follows "`space.<place>` ". */
  readonly problem: string;
}

/** What candidates are not told, because the search tells them or chooses by it. */
const GIVEN: Readonly<Record<string, readonly string[]>> = {
  architect: ['dataset', 'seed'],
  train: ['architecture', 'dataset', 'seed', 'warmStart'],
};
const BY_SEARCH = 'is not for candidates: the search gives it';
const OF_ALL = 'is not for candidates: they are compared after equally many epochs';

/** Settings of all candidates that are not theirs. */
export const straysOf = (base: CandidateSettings): readonly SpaceProblem[] =>
  (['architect', 'train'] as const).flatMap((step) =>
    Object.keys(base[step])
      .filter((key) => GIVEN[step]?.includes(key))
      .map((key) => ({ place: `${step}.${key}`, problem: BY_SEARCH })),
  );

/** @param given  as its schema has it. */
export function readSpace(
  given: JsonObject,
): { readonly space: SearchSpace } | { readonly faults: readonly SpaceProblem[] } {
  const read = Object.entries(given).map(([place, value]) => ({ place, domain: domainOf(value) }));
  const faults = read.flatMap(({ place, domain }) => {
    if (place === 'train.epochs') return [{ place, problem: OF_ALL }];
    const [step = '', key = ''] = place.split('.');
    if (GIVEN[step]?.includes(key)) return [{ place, problem: BY_SEARCH }];
    return 'problem' in domain ? [{ place, problem: domain.problem }] : [];
  });
  if (faults.length > 0) return { faults };
  const sorted = read.sort((one, other) => depth(one.place) - depth(other.place));
  return { space: new Map(sorted.map(({ place, domain }) => [place, domain as Domain])) };
}

const depth = (place: string): number => place.split('.').length;

function domainOf(value: Json): Domain | { readonly problem: string } {
  if (Array.isArray(value)) return { choices: value as readonly Json[] };
  const {
    between,
    scale = 'linear',
    type = 'number',
  } = value as unknown as {
    between: readonly [number, number];
    scale?: Range['scale'];
    type?: Range['type'];
  };
  const [low, high] = between;
  const problem = faultOfRange({ low, high, scale, type });
  return problem === null ? { range: { low, high, scale, type } } : { problem };
}

function faultOfRange({ low, high, scale, type }: Range): string | null {
  if (low >= high) return `goes from ${low} to ${high}: the second must be the larger`;
  if (scale === 'log' && low <= 0) return `goes from ${low} on a log scale, which has no 0`;
  const isWhole = Number.isSafeInteger(low) && Number.isSafeInteger(high);
  return type === 'integer' && !isWhole ? `has ends that are no integers` : null;
}

/** Values that stand for all of a domain: its choices, or the ends of its range. */
export const samplesOf = (domain: Domain): readonly Json[] =>
  'choices' in domain ? domain.choices : [domain.range.low, domain.range.high];

/** Of every combination; Infinity where a place has a range. */
export function combinationsOf(space: SearchSpace): number {
  return [...space.values()].reduce(
    (product, domain) => product * ('choices' in domain ? domain.choices.length : Infinity),
    1,
  );
}

/** @returns what is wrong with a grid of so many trials at most; `null` if nothing is. */
export function faultOfGrid(space: SearchSpace, trials: number): string | null {
  const combinations = combinationsOf(space);
  if (combinations <= trials) return null;
  const found = combinations === Infinity ? 'a range' : `${combinations} combinations`;
  return `a grid of ${found} is more than the ${trials} trials of \`budget\``;
}

/**
 * Puts a candidate's values into the settings. A map at `architect` or `train` itself is added to
 * what is there; anywhere else a value takes the place of what was there.
 */
export function settingsOf(
  base: CandidateSettings,
  candidate: Candidate,
): { readonly settings: CandidateSettings } | { readonly fault: SpaceProblem } {
  let settings: JsonObject = { architect: base.architect, train: base.train };
  const places = Object.keys(candidate).sort((one, other) => depth(one) - depth(other));
  for (const place of places) {
    const value = candidate[place] as Json;
    const [step = '', ...keys] = place.split('.');
    if (keys.length === 0) {
      if (!isJsonObject(value)) return { fault: { place, problem: 'must have maps of settings' } };
      settings = { ...settings, [step]: { ...(settings[step] as JsonObject), ...value } };
      continue;
    }
    const put = putAt(settings[step] as Json, keys, value);
    if (!put) return { fault: { place, problem: 'leads through what has no such part' } };
    settings = { ...settings, [step]: put.whole };
  }
  return { settings: settings as unknown as CandidateSettings };
}

type Put = { readonly whole: Json } | null;

/** @returns `null` where the way leads through a value without parts, or past a list's end. */
function putAt(root: Json, [key, ...rest]: readonly string[], value: Json): Put {
  if (key === undefined) return { whole: value };
  if (Array.isArray(root)) {
    const items = root as readonly Json[];
    const part = putAt(items[Number(key)] ?? null, rest, value);
    if (!part || !(Number(key) < items.length)) return null;
    return { whole: items.with(Number(key), part.whole) };
  }
  if (!isJsonObject(root)) return null;
  const part = putAt(Object.hasOwn(root, key) ? (root[key] as Json) : {}, rest, value);
  return part && { whole: { ...root, [key]: part.whole } };
}
