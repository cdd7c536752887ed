/** Why a step has no kept result: what differs from the result that it had last. Pure. */
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { KeyParts } from './cache-key.ts';

const MOST_REASONS = 3;
const LONGEST_VALUE = 40;

/**
 * @param before  of the last result of the same step of the same pipeline.
 * @returns for people, the nearest cause first; such as `with.epochs changed 5 → 6`.
 */
export function explainMiss(before: KeyParts, now: KeyParts): string {
  if (before.kind !== now.kind) return `the kind changed: ${before.kind} → ${now.kind}`;
  const reasons = [
    ...changes('with', before.with, now.with),
    ...changedFiles(before.files, now.files),
    ...(before.code === now.code ? [] : [`code of ${now.kind} changed`]),
    ...changedPackages(before.packages, now.packages),
    ...changedText('backend', before.backend, now.backend),
    ...changedText('platform', before.platform, now.platform),
  ];
  if (reasons.length === 0) return 'no result kept';
  const more = reasons.length - MOST_REASONS;
  const shown = reasons.slice(0, MOST_REASONS).join('; ');
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

function changes(path: string, before: Json | undefined, now: Json | undefined): string[] {
  if (isSame(before, now)) return [];
  if (isPlainMap(before) && isPlainMap(now)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
    return keys.flatMap((key) => changes(`${path}.${key}`, before[key], now[key]));
  }
  return [`${path} changed ${shown(before)} → ${shown(now)}`];
}

const isSame = (one: Json | undefined, other: Json | undefined): boolean =>
  one === undefined || other === undefined
    ? one === other
    : canonicalJson(one) === canonicalJson(other);

/** A reduced artifact is one value to a person, not a map. */
const isPlainMap = (value: Json | undefined): value is JsonObject =>
  isJsonObject(value) && value['artifact'] === undefined;

function shown(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (isJsonObject(value) && typeof value['artifact'] === 'string') {
    return value['artifact'].slice(0, 12);
  }
  const text = typeof value === 'string' ? value : canonicalJson(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** A file under another name shows in `with` already. */
function changedFiles(before: KeyParts['files'], now: KeyParts['files']): string[] {
  return Object.entries(now).flatMap(([file, digest]) =>
    Object.hasOwn(before, file) && before[file] !== digest ? [`data changed: ${file}`] : [],
  );
}

function changedPackages(before: KeyParts['packages'], now: KeyParts['packages']): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    const [one, other] = [before[name] ?? 'nothing', now[name] ?? 'nothing'];
    return one === other ? [] : [`package ${name} changed ${one} → ${other}`];
  });
}

function changedText(what: string, before: string | null, now: string | null): string[] {
  return before === now ? [] : [`${what} changed ${before ?? 'none'} → ${now ?? 'none'}`];
}
