/**
 * The activity `probe-cache`: the kept results of many steps in one call, so that a run whose
 * results are all kept does not pay for an activity per step.
 */
import { runLogFile } from '../../artifacts/state-folder.ts';
import type { JsonObject } from '../../json.ts';
import type { PlanStep } from '../../plan/plan.ts';
import type { OutputsByStep } from '../../plan/scope.ts';
import { createLogWriter } from '../log-writer.ts';
import type { CachedFrom, RunIdentity } from '../step.ts';
import { MAX_ANSWER_BYTES } from './answer-limit.ts';
import { cacheMessage } from './cached-step.ts';
import type { StepCache } from './step-cache.ts';
import { foresee } from './step-in-plan.ts';

export interface ProbeInput {
  readonly run: RunIdentity;
  /** Of the plan. */
  readonly params: JsonObject;
  /**
   * In topological order. Steps that are neither wanted nor needed by one that is may be left out,
   * and so may those whose outputs are given.
   */
  readonly steps: readonly PlanStep[];
  /** Of the steps that have succeeded, by step id; those that nothing refers to may be left out. */
  readonly outputsSoFar: OutputsByStep;
  /** Ids of the steps to look for. */
  readonly wanted: readonly string[];
}

export interface ProbeHit {
  /** Id of the step. */
  readonly step: string;
  readonly outputs: JsonObject;
  readonly cached: CachedFrom;
}

export interface ProbeResult {
  /** In the plan's order; a step follows those that it needs. */
  readonly hits: readonly ProbeHit[];
  /** The answer was full: ask again with the hits among `outputsSoFar`. */
  readonly more: boolean;
}

/**
 * Looks for the steps whose inputs are known, then for those that these make known, and so on.
 *
 * A step that cannot be looked up is no hit; its own activity says why. Steps with `when`,
 * `foreach` or `repeat` are left to the run.
 */
export async function probeCache(
  { run, params, steps, outputsSoFar, wanted }: ProbeInput,
  { cache, stateFolder }: { readonly cache: StepCache; readonly stateFolder: string },
): Promise<ProbeResult> {
  const known: Record<string, JsonObject> = { ...outputsSoFar };
  const whole = new Set<string>();
  const hits: ProbeHit[] = [];
  let bytes = 0;
  let more = false;
  for (const step of steps) {
    const outputs = handedOn(step, known, params);
    if (outputs !== null) known[step.id] = outputs;
    if (Object.hasOwn(known, step.id) || !wanted.includes(step.id)) continue;
    const hit = await probeStep({ step, known, params, run, whole }, cache);
    if (hit === null) continue;
    const size = Buffer.byteLength(JSON.stringify(hit));
    more = bytes + size > MAX_ANSWER_BYTES;
    if (more) break;
    bytes += size;
    hits.push(hit);
    known[step.id] = hit.outputs;
  }
  for (const hit of hits) await logHit(hit, runLogFile(stateFolder, run.id));
  return { hits, more };
}

interface Probe {
  readonly step: PlanStep;
  readonly known: OutputsByStep;
  readonly params: JsonObject;
  readonly run: RunIdentity;
  readonly whole: Set<string>;
}

async function probeStep(
  { step, known, params, run, whole }: Probe,
  cache: StepCache,
): Promise<ProbeHit | null> {
  try {
    const foreseen = foresee(step, known, params);
    if ('open' in foreseen) return null;
    const input = { run, step: step.id, kind: step.kind, with: foreseen.with };
    const found = await cache.lookUp(input, whole);
    if (found.type !== 'hit') return null;
    await cache.noteUse(found.key, input);
    const { outputs, madeBy } = found.entry;
    const { run: maker, step: madeAs, atMs } = madeBy;
    return { step: step.id, outputs, cached: { run: maker, step: madeAs, atMs } };
  } catch {
    // Such as a missing source: the step's own activity meets it again, and says it in its place.
    return null;
  }
}

/** The outputs of a step of kind `values` are its input. */
function handedOn(step: PlanStep, known: OutputsByStep, params: JsonObject): JsonObject | null {
  if (step.kind !== 'values' || Object.hasOwn(known, step.id)) return null;
  const foreseen = foresee(step, known, params);
  return 'open' in foreseen ? null : foreseen.with;
}

async function logHit({ step, cached }: ProbeHit, file: string): Promise<void> {
  const log = createLogWriter(file, { step, attempt: 1 });
  log.write({ timeMs: Date.now(), level: 'info', message: cacheMessage(cached) });
  await log.close();
}
