/** A step with the cache around it: a kept result, or a run whose result is kept. */
import type { LogEntry } from '../../compute/protocol.ts';
import { categoryOf, isPipelineError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { CachedFrom, StepInput, StepReceipt } from '../step.ts';
import type { Lookup, Made, StepCache } from './step-cache.ts';

export interface CachedStepHooks {
  /** Runs the step, where no result is kept. */
  readonly perform: () => Promise<Omit<Made, 'input'>>;
  readonly log: (entry: LogEntry) => void;
  readonly signal: AbortSignal;
}

/**
 * No fault of the cache is one of the run: where a result cannot be looked up the step runs, and
 * where it cannot be kept the run goes on. The log says so.
 *
 * @param input  `with` decoded.
 * @throws what `perform` throws.
 */
export async function performCached(
  input: StepInput,
  cache: StepCache | undefined,
  hooks: CachedStepHooks,
): Promise<StepReceipt & JsonObject> {
  if (cache === undefined) return { outputs: (await hooks.perform()).outputs, cached: null };
  const found = await findResult(input, cache, hooks);
  if (found.type === 'hit') {
    const { outputs, madeBy } = found.entry;
    hooks.log({ timeMs: Date.now(), level: 'info', message: cacheMessage(madeBy) });
    const { run, step, atMs } = madeBy;
    return { outputs, cached: { run, step, atMs } };
  }
  const made = await hooks.perform();
  if (found.type === 'miss') await keepResult(found, { input, ...made }, cache, hooks);
  return { outputs: made.outputs, cached: null };
}

/** What the log of a run says of a step that did not run. */
export function cacheMessage({ run, step, atMs }: CachedFrom): string {
  return `from the cache: made by step "${step}" of run ${run} at ${new Date(atMs).toISOString()}`;
}

async function findResult(
  input: StepInput,
  cache: StepCache,
  hooks: CachedStepHooks,
): Promise<Lookup> {
  if (input.cache === false) return { type: 'off', reason: 'cache: false' };
  try {
    if (input.cache === 'refresh') {
      const prepared = await cache.prepare(input);
      if ('reason' in prepared) return { type: 'off', reason: prepared.reason };
      return { type: 'miss', prepared, warning: null };
    }
    const found = await cache.lookUp(input);
    if (found.type === 'hit') await cache.noteUse(found.key, input);
    if (found.type === 'miss' && found.warning) warn(hooks, `passing over ${found.warning}`);
    return found;
  } catch (error) {
    hooks.signal.throwIfAborted();
    const reason = messageOf(error);
    // Such as a missing source: the step meets it again, and fails of it in its own words.
    const isOfStep = isPipelineError(error) && categoryOf(error.code) === 'data';
    if (!isOfStep) warn(hooks, `the cache could not be asked: ${reason}`);
    return { type: 'off', reason };
  }
}

async function keepResult(
  { prepared }: Extract<Lookup, { type: 'miss' }>,
  made: Made,
  cache: StepCache,
  hooks: CachedStepHooks,
): Promise<void> {
  let reason: string | null;
  try {
    reason = await cache.keep(prepared, made);
  } catch (error) {
    reason = messageOf(error);
  }
  if (reason !== null) warn(hooks, `the result is not kept: ${reason}`);
}

function warn({ log }: CachedStepHooks, message: string): void {
  log({ timeMs: Date.now(), level: 'warn', message });
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
