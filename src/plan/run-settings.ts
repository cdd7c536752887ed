/** What is decided about a run before it starts: its group, its fairness key. */
import type { Json } from '../json.ts';
import { canonicalJson } from '../json.ts';
import type { Fault, Path, Spec } from '../spec/spec.ts';
import { collectExpressions } from './collect-expressions.ts';
import { paramsType, BEFORE_RUN } from './places.ts';
import type { ConcurrencyPlan } from './plan.ts';
import { resolveValue } from './resolve-values.ts';

export interface RunSettings {
  readonly concurrency: ConcurrencyPlan | null;
  readonly fairness: string | null;
  readonly faults: readonly Fault[];
}

/** As Temporal takes it. */
const LONGEST_FAIRNESS_BYTES = 64;
/** It becomes the id of a workflow. */
const LONGEST_GROUP_BYTES = 200;

export function draftRunSettings(spec: Spec, params: ReadonlyMap<string, Json>): RunSettings {
  const { concurrency, fairness } = spec;
  const group = concurrency
    ? resolveKey(concurrency.group, ['concurrency', 'group'], {
        spec,
        params,
        most: LONGEST_GROUP_BYTES,
      })
    : null;
  const key =
    fairness === undefined
      ? null
      : resolveKey(fairness, ['fairness'], { spec, params, most: LONGEST_FAIRNESS_BYTES });
  return {
    concurrency: concurrency
      ? {
          group: group?.text ?? '',
          limit: concurrency.limit ?? 1,
          whenBusy: concurrency.whenBusy ?? 'queue',
        }
      : null,
    fairness: key?.text ?? null,
    faults: [...(group?.faults ?? []), ...(key?.faults ?? [])],
  };
}

interface KeyOptions {
  readonly spec: Spec;
  readonly params: ReadonlyMap<string, Json>;
  /** Bytes. */
  readonly most: number;
}

function resolveKey(
  written: string,
  at: Path,
  { spec, params, most }: KeyOptions,
): { readonly text: string | null; readonly faults: readonly Fault[] } {
  // An empty one is told by the schema.
  if (written === '') return { text: null, faults: [] };
  const collected = collectExpressions(written, at);
  const environment = () => new Map([['params', paramsType(spec)]]);
  const resolved = resolveValue(collected, { spec, params, environment, place: BEFORE_RUN });
  const faults = [...collected.faults, ...resolved.faults];
  if (faults.length > 0 || resolved.holes.size > 0) return { text: null, faults };
  const text = typeof resolved.value === 'string' ? resolved.value : canonicalJson(resolved.value);
  const bytes = Buffer.byteLength(text);
  if (bytes > 0 && bytes <= most) return { text, faults };
  const message = `\`${at.join('.')}\` must have 1 to ${most} bytes, not ${bytes}`;
  return { text: null, faults: [{ code: 'SPEC_INVALID', path: at, at: 'value', message }] };
}
