/** Holds the outcome of a dry run against what a test's case expects. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { durationMs } from '../plan/duration.ts';
import type { Path } from '../spec/spec.ts';
import { tally } from '../workflows/review-desk.ts';
import type { GateStatus, RunStatus } from '../workflows/run-state.ts';
import type { DryOutcome } from './dry-run.ts';
import { stepOf } from './step-names.ts';
import type { Expectations } from './test-file.ts';

export interface Mismatch {
  /** Inside the case's `expect`. */
  readonly path: Path;
  readonly expected: Json;
  /** `undefined`: nothing is there. */
  readonly found: Json | undefined;
  /** Where `found` alone does not say it. */
  readonly why?: string;
}

/** @returns every expectation that is not met, in no order */
export function compareOutcome(expect: Expectations, outcome: DryOutcome): readonly Mismatch[] {
  const { status } = outcome;
  const { state, error, outputs, took } = expect;
  return [
    ...(state === undefined ? [] : same(state, stateOf(status), ['state'])),
    ...(error === undefined ? [] : compareError(error, outcome)),
    ...compareSteps(expect, status),
    ...compareBeginnings(expect, outcome),
    ...(outputs === undefined ? [] : partly(outputs, status.outputs ?? undefined, ['outputs'])),
    ...compareReviews(expect, status),
    ...(took === undefined ? [] : compareTime(took, outcome.tookMs)),
  ];
}

const same = (expected: Json, found: Json | undefined, path: Path): readonly Mismatch[] =>
  expected === found ? [] : [{ path, expected, found }];

/** Of maps the keys that are expected, of lists all items in order. */
function partly(expected: Json, found: Json | undefined, path: Path): readonly Mismatch[] {
  if (isJsonObject(expected) && isJsonObject(found)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      partly(value, Object.hasOwn(found, key) ? found[key] : undefined, [...path, key]),
    );
  }
  if (Array.isArray(expected) && Array.isArray(found)) {
    const [wanted, given] = [expected as readonly Json[], found as readonly Json[]];
    if (wanted.length !== given.length) {
      const why = `${given.length} items, not ${wanted.length}`;
      return [{ path, expected, found, why }];
    }
    return wanted.flatMap((value, index) => partly(value, given[index], [...path, index]));
  }
  return same(expected, found, path);
}

/** `waiting` where nothing is at work: for people, an event, a time. */
export function stateOf({ state, steps }: RunStatus): NonNullable<Expectations['state']> {
  if (state === 'waiting-for-review') return 'waiting';
  const isAtWork = steps.some((step) => step.state === 'running');
  const isWaiting = steps.some((step) => step.state === 'waiting');
  return state === 'running' && isWaiting && !isAtWork ? 'waiting' : state;
}

function compareError(
  { code, step, message }: NonNullable<Expectations['error']>,
  { status, failure }: DryOutcome,
): readonly Mismatch[] {
  const found = failure ?? (status.error && { step: undefined, ...status.error });
  if (!found) {
    const expected = { ...(code !== undefined && { code }), ...(step !== undefined && { step }) };
    return [{ path: ['error'], expected, found: null, why: 'nothing failed the run' }];
  }
  const isTold = message === undefined || found.message.includes(message);
  return [
    ...(code === undefined ? [] : same(code, found.code, ['error', 'code'])),
    ...(step === undefined ? [] : same(step, found.step, ['error', 'step'])),
    ...(isTold ? [] : same(message, found.message, ['error', 'message'])),
  ];
}

function compareSteps(
  { steps = {}, stepOutputs = {} }: Expectations,
  status: RunStatus,
): readonly Mismatch[] {
  const byId = new Map(status.steps.map((step) => [step.id, step]));
  const states = Object.entries(steps).flatMap(([id, state]): readonly Mismatch[] => {
    const step = byId.get(id);
    // A step of a phase that did not come is pending, as expressions see it.
    const mismatches = same(state, step?.state ?? 'pending', ['steps', id]);
    const { error } = step ?? {};
    return mismatches.map((one) => (error ? { ...one, why: whyOf(error) } : one));
  });
  const outputs = Object.entries(stepOutputs).flatMap(([id, expected]) =>
    partly(expected, byId.get(id)?.outputs ?? undefined, ['stepOutputs', id]),
  );
  return [...states, ...outputs];
}

const whyOf = ({ code, message }: { readonly code: string; readonly message: string }) =>
  `${message} [${code}]`;

function compareBeginnings(expect: Expectations, outcome: DryOutcome): readonly Mismatch[] {
  const { order = [], ran = [], skipped = [], attempts = {}, with: given = {} } = expect;
  const { beginnings } = outcome;
  const isOf = (name: string, instance: string) => instance === name || stepOf(instance) === name;
  const firstOf = (name: string) => beginnings.findIndex(({ instance }) => isOf(name, instance));
  const inOrder = order.flatMap((name, index): readonly Mismatch[] => {
    const path = ['order', index];
    const at = firstOf(name);
    if (at < 0) return [{ path, expected: name, found: undefined, why: `"${name}" did not begin` }];
    const earlier = order[index - 1];
    if (earlier === undefined || firstOf(earlier) < at) return [];
    return [{ path, expected: name, found: earlier, why: `"${name}" began before "${earlier}"` }];
  });
  const ofList = (key: 'ran' | 'skipped', names: readonly string[]) =>
    names.flatMap((name, index): readonly Mismatch[] => {
      const hasBegun = firstOf(name) >= 0;
      if (hasBegun === (key === 'ran')) return [];
      const why = `"${name}" ${hasBegun ? 'ran' : 'did not run'}`;
      return [{ path: [key, index], expected: name, found: undefined, why }];
    });
  const counts = Object.entries(attempts).flatMap(([name, expected]) => {
    const own = outcome.attempts.get(name);
    const all = [...outcome.attempts].filter(([instance]) => isOf(name, instance));
    const found = own ?? all.reduce((sum, [, count]) => sum + count, 0);
    return same(expected, found, ['attempts', name]);
  });
  const inputs = Object.entries(given).flatMap(([name, expected]) =>
    partly(expected, beginnings[firstOf(name)]?.input, ['with', name]),
  );
  return [...inOrder, ...ofList('ran', ran), ...ofList('skipped', skipped), ...counts, ...inputs];
}

function compareReviews({ reviews = {} }: Expectations, { gates }: RunStatus): readonly Mismatch[] {
  return Object.entries(reviews).flatMap(([name, expected]): readonly Mismatch[] => {
    const gate = gates.find(({ gateId }) => gateId === name);
    const path = ['reviews', name];
    if (!gate) return [{ path, expected, found: undefined, why: 'the gate did not open' }];
    return partly(expected, summaryOf(gate), path);
  });
}

function summaryOf(gate: GateStatus): JsonObject {
  const { verdict, ...counts } = tally(gate);
  return {
    ...counts,
    verdict: gate.state === 'open' ? null : (verdict ?? null),
    open: gate.subjects.filter(({ outcome }) => outcome === 'open').length,
    refused: gate.refusals.length,
  };
}

function compareTime(took: string, tookMs: number): readonly Mismatch[] {
  const [from = '', to = from] = took.split('..');
  const least = durationMs(from) ?? 0;
  const most = durationMs(to) ?? Infinity;
  return tookMs >= least && tookMs <= most
    ? []
    : [{ path: ['took'], expected: took, found: durationText(tookMs) }];
}

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** Whole, such as `3d 30m 1s`. */
export function durationText(ms: number): string {
  let left = ms;
  const parts = Object.entries(UNITS).flatMap(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.join(' ') || '0s';
}
