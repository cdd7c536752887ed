/** Loads the module of one of the team's own steps, and runs it as any other step. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { sha256Hex } from '../../artifacts/artifact-uri.ts';
import type { OwnStep } from '../../config/own-step.ts';
import { PipelineError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { Step } from '../step.ts';
import { complainOf, type OwnStepModule } from './define-step.ts';
import { runOwnStep } from './run-own-step.ts';

const LOAD_TIMEOUT_MS = 30_000;

/**
 * Loads the module as it is now: an edited one is taken up by the next attempt (what it imports
 * itself only by a restart of the worker).
 *
 * @throws PipelineError `OWN_STEP_INVALID` for a module that throws or does not end while it is
 * loaded, or exports no step of the kind.
 */
export async function loadOwnStep(own: OwnStep): Promise<Step<JsonObject, Json>> {
  const step = await importStep(own);
  return { kind: own.kind, run: (input, context) => runOwnStep(step, input, context) };
}

async function importStep(own: OwnStep): Promise<OwnStepModule> {
  const exported = await importModule(own);
  const step: unknown = (exported as { default?: unknown }).default;
  const complaint = step === undefined ? 'it has no default export' : complainOf(step);
  if (complaint !== null) throw invalid(own, complaint);
  const { kind } = step as OwnStepModule;
  if (kind !== own.kind) {
    throw invalid(own, `it is a step of kind "${kind}", but ${own.schemaFile} says "${own.kind}"`);
  }
  return step as OwnStepModule;
}

async function importModule(own: OwnStep): Promise<object> {
  const url = pathToFileURL(own.module);
  const stop = new AbortController();
  try {
    url.search = sha256Hex(await readFile(own.module));
    const late = sleep(LOAD_TIMEOUT_MS, undefined, { ref: false, signal: stop.signal }).then(() => {
      throw new Error(`it did not load within ${LOAD_TIMEOUT_MS / 1000} s`);
    });
    late.catch(() => undefined);
    return (await Promise.race([import(url.href), late])) as object;
  } catch (error) {
    throw invalid(own, error instanceof Error ? error.message : String(error), error);
  } finally {
    stop.abort();
  }
}

function invalid(own: OwnStep, reason: string, cause?: unknown): PipelineError {
  const lacksUs = reason.includes("'modelwright'");
  return new PipelineError(
    'OWN_STEP_INVALID',
    `the module of ${own.kind} (${own.module}) cannot be used: ${reason.slice(0, 2000)}`,
    {
      cause,
      remedy: lacksUs
        ? 'run `npm install modelwright` in the project, or export the step without defineStep'
        : 'it must have a default export such as defineStep({ kind, run })',
    },
  );
}
