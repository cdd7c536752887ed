/** The activity `check-event`: compares the payload of an outside event with a step's schema. */
import { isJsonObject, type Json } from '../json.ts';
import { faultsOf } from '../spec/schema-faults.ts';
import { createAjv } from '../spec/step-schemas.ts';
import type { EventCheck, EventCheckResult } from '../workflows/run-state.ts';

/** Patterns could take for ever, references could lead outside. */
const REFUSED_KEYWORDS: ReadonlySet<string> = new Set([
  'pattern',
  'patternProperties',
  'format',
  '$ref',
  '$id',
  '$data',
]);

/** @returns the keyword of a schema that events may not be checked by; `null` where all is well. */
export function refusedKeyword(schema: Json): string | null {
  if (Array.isArray(schema)) return firstOf(schema as readonly Json[]);
  if (!isJsonObject(schema)) return null;
  const found = Object.keys(schema).find((key) => REFUSED_KEYWORDS.has(key));
  return found ?? firstOf(Object.values(schema));
}

const firstOf = (values: readonly Json[]): string | null =>
  values.reduce<string | null>((found, value) => found ?? refusedKeyword(value), null);

/** What is wrong is the result, not an error: it is the sender who must hear it. */
export function checkEvent({ payload, schema }: EventCheck): Promise<EventCheckResult> {
  return Promise.resolve({ problems: problemsOf(payload, schema) });
}

function problemsOf(payload: Json, schema: EventCheck['schema']): readonly string[] {
  const keyword = refusedKeyword(schema);
  if (keyword !== null) return [`the step's \`schema\` may not use \`${keyword}\``];
  const validate = createAjv().compile(schema);
  const copy = structuredClone(payload);
  if (validate(copy)) return [];
  return faultsOf(validate.errors ?? [], copy, new Set()).map(({ message }) => message);
}
