/** Runs one attempt of a team's own step: its context, its errors, its outputs as plain JSON. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ERROR_CODES, isPipelineError, PipelineError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { LogLevel, StepContext } from '../step.ts';
import type { FinalStepError, OwnStepModule } from './define-step.ts';

/** Time to end after being cancelled, as for a compute process. */
const GRACE_MS = 15_000;

/**
 * @param options.graceMs  time to end after a cancel. @default 15 s
 * @throws PipelineError `OWN_STEP_FAILED` for what the step throws, `OWN_STEP_GAVE_UP` for a
 * `FinalStepError`; `CANCELLED`; `OUTPUT_INVALID` for outputs that are no JSON. Errors of
 * modelwright, such as those of the store, stay as they are.
 */
export async function runOwnStep(
  step: OwnStepModule,
  input: JsonObject,
  context: StepContext,
  { graceMs = GRACE_MS }: { readonly graceMs?: number } = {},
): Promise<Json> {
  const running = Promise.resolve().then(() => step.run(input, contextOf(context)));
  let outputs: unknown;
  try {
    outputs = await Promise.race([running, tooLate(context, graceMs)]);
  } catch (error) {
    throw ownError(error, context);
  }
  return plainJson(outputs, step.kind);
}

/** Rejects where a step goes on after it was told to stop: nobody waits for it any more. */
function tooLate({ signal, stepId }: StepContext, graceMs: number): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = async () => {
      await sleep(graceMs, undefined, { ref: false });
      reject(new PipelineError('CANCELLED', `step "${stepId}" did not stop within ${graceMs} ms`));
    };
    if (signal.aborted) void giveUp();
    else signal.addEventListener('abort', () => void giveUp(), { once: true });
  });
}

/** What a step may use, and only what it can use wrongly without harm to others. */
function contextOf(context: StepContext): StepContext {
  const { run, stepId, attempt, store, dataRoot, scratch, signal } = context;
  return {
    ...{ run, stepId, attempt, store, dataRoot, scratch, signal },
    heartbeat: (details) =>
      context.heartbeat(details === undefined ? undefined : tolerant(details)),
    log: (level: LogLevel, message: unknown, fields?: unknown) => {
      const known = level === 'warn' || level === 'error' ? level : 'info';
      const more = fields === undefined ? undefined : tolerant(fields);
      context.log(
        known,
        String(message),
        more === undefined
          ? undefined
          : typeof more === 'object' && more !== null && !Array.isArray(more)
            ? (more as JsonObject)
            : { value: more },
      );
    },
  };
}

/** A log line must not fail a step. */
function tolerant(value: unknown): Json {
  try {
    return (JSON.parse(JSON.stringify(value) ?? 'null') as Json | undefined) ?? null;
  } catch {
    return String(value);
  }
}

function ownError(error: unknown, { signal, stepId }: StepContext): unknown {
  if (isPipelineError(error) && (ERROR_CODES as readonly string[]).includes(error.code)) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (signal.aborted) return new PipelineError('CANCELLED', `step "${stepId}" stopped: ${message}`);
  const isFinal = (error as Error | null)?.name === 'FinalStepError';
  const wrapped = new PipelineError(isFinal ? 'OWN_STEP_GAVE_UP' : 'OWN_STEP_FAILED', message, {
    remedy: isFinal ? (error as FinalStepError).remedy : undefined,
    cause: error,
  });
  // Where the team's code threw it is of more use than where it was caught.
  if (error instanceof Error && error.stack !== undefined) wrapped.stack = error.stack;
  return wrapped;
}

/** Exactly what JSON holds: a date or a `NaN` would be something else on the other side. */
function plainJson(outputs: unknown, kind: string): Json {
  const refuse = (reason: string, cause?: unknown) =>
    new PipelineError('OUTPUT_INVALID', `outputs of ${kind}: ${reason}`, { cause });
  try {
    const text = JSON.stringify(
      outputs,
      function (this: Record<string, unknown>, key, value: unknown) {
        const given = this[key];
        if (typeof value === 'number' && !Number.isFinite(value))
          throw new TypeError(`\`${key}\` is ${value}`);
        if (typeof given === 'function' || typeof given === 'symbol')
          throw new TypeError(`\`${key}\` is a ${typeof given}`);
        return value;
      },
    ) as string | undefined;
    if (text !== undefined) return JSON.parse(text) as Json;
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  throw refuse('it gave nothing; return an object');
}
