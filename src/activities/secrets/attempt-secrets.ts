/** The secrets of one attempt of a step: read for it, and kept out of all that it leaves behind. */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { SecretMarker, SecretValue } from '../../plan/secret-marker.ts';
import { describePath, toPointer } from '../../spec/pointer.ts';
import type { Path } from '../../spec/spec.ts';
import { decodeWith } from '../../spec/step-schemas.ts';
import type { StepContext, StepInput } from '../step.ts';
import { type FoundSecret, findSecrets, markersOf, refuseMarkers } from './find-secrets.ts';
import { guardStore, leaked } from './guarded-store.ts';
import { readSecret, type SecretPlaces } from './read-secret.ts';
import { createRedactor, type Redactor } from './redactor.ts';

export interface AttemptSecrets {
  readonly redactor: Redactor;
  /** `with` as the step gets it: secrets in their places. */
  fill(): JsonObject;
  /** A context whose logs, heartbeats and artifacts hold no secrets. */
  guard<Context extends StepContext>(context: Context): Context;
  /** @throws PipelineError `SECRET_LEAKED`, `SECRET_REFUSED` for what could pass for a secret. */
  checkOutputs(outputs: Json): void;
}

/** Checks `with` against the kind's schema; a secret may stand where a text may. */
export function decodeWithSecrets(input: StepInput): JsonObject {
  const holes = new Set(findSecrets(input).map(({ path }) => toPointer(path)));
  return decodeWith<JsonObject>(input.kind, input.with, holes);
}

/**
 * Reads the secrets of an attempt.
 *
 * @param input  with `with` decoded.
 * @throws PipelineError `SECRET_MISSING`, `SECRET_REFUSED`
 */
export async function openSecrets(input: StepInput, places: SecretPlaces): Promise<AttemptSecrets> {
  const found = findSecrets(input);
  const values = await readAll(found, places);
  const redactor = createRedactor([...values.values()]);
  return {
    redactor,
    fill: () => fill(input, found, { values, redactor }),
    guard: (context) => (values.size === 0 ? context : guardContext(context, redactor)),
    checkOutputs(outputs) {
      refuseMarkers(outputs);
      if (values.size > 0 && JSON.stringify(redactor.json(outputs)) !== JSON.stringify(outputs)) {
        throw leaked(`the outputs of step "${input.step}"`);
      }
    },
  };
}

type Values = ReadonlyMap<string, string>;

const keyOf = ({ $secret }: SecretMarker) => JSON.stringify($secret.source);

async function readAll(found: readonly FoundSecret[], places: SecretPlaces): Promise<Values> {
  const values = new Map<string, string>();
  for (const marker of found.flatMap(({ value }) => markersOf(value))) {
    const key = keyOf(marker);
    if (!values.has(key)) values.set(key, await readSecret(marker, places));
  }
  return values;
}

function fill(
  { kind, with: given }: StepInput,
  found: readonly FoundSecret[],
  { values, redactor }: { readonly values: Values; readonly redactor: Redactor },
): JsonObject {
  if (found.length === 0) return given;
  const filled = found.reduce<Json>(
    (whole, { path, value }) => replaceAt(whole, path, textOf(value, values)),
    given,
  );
  try {
    return decodeWith<JsonObject>(kind, filled);
  } catch (error) {
    throw redactor.error(error);
  }
}

const textOf = (value: SecretValue, values: Values): string =>
  '$secret' in value
    ? (values.get(keyOf(value)) ?? '')
    : value.$secretText
        .map((part) => (typeof part === 'string' ? part : textOf(part, values)))
        .join('');

function replaceAt(value: Json, [key, ...rest]: Path, text: string): Json {
  if (key === undefined) return text;
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((item, at) =>
      at === key ? replaceAt(item, rest, text) : item,
    );
  }
  if (!isJsonObject(value)) throw new TypeError(`nothing is at ${describePath([key, ...rest])}`);
  return { ...value, [key]: replaceAt(value[String(key)] ?? null, rest, text) };
}

function guardContext<Context extends StepContext>(context: Context, redactor: Redactor): Context {
  return {
    ...context,
    store: guardStore(context.store, redactor),
    heartbeat: (details) =>
      context.heartbeat(details === undefined ? undefined : redactor.json(details)),
    log: (level, message, fields) =>
      context.log(level, redactor.text(message), fields && redactor.json(fields)),
    redact: (text: string) => redactor.text(text),
  };
}
