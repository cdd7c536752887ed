/** Whether what one step gives can be what another step takes, by their schemas. */
import { nameTypes } from '../name-types.ts';
import type { JsonSchema } from '../spec/spec.ts';

type Alternatives = (schema: JsonSchema) => readonly JsonSchema[];

/** Of schemas without `$ref`. */
const within: Alternatives = (schema) => schema.anyOf?.flatMap(within) ?? [schema];

/**
 * Errs towards yes: values are checked again when they are there, so this refuses only what
 * cannot fit, such as a data set where a model must be, or text where a number must be. A value
 * of which nothing is known fits everywhere.
 *
 * @param expected  schemas any of which the value must meet; none: anything fits
 * @param actual    schemas any of which the value will meet, without `$ref`
 * @param wanted    resolves the `$ref`s of what is expected
 */
export function fits(
  expected: readonly JsonSchema[],
  actual: readonly JsonSchema[],
  wanted: Alternatives = within,
): boolean {
  return expected.length === 0 || fitsAny(expected, actual, { taker: wanted, giver: within });
}

interface Both {
  readonly taker: Alternatives;
  readonly giver: Alternatives;
}

const fitsAny = (
  expected: readonly JsonSchema[],
  actual: readonly JsonSchema[],
  both: Both,
): boolean => expected.some((want) => actual.some((have) => fitsOne(want, have, both)));

function fitsOne(want: JsonSchema, have: JsonSchema, both: Both): boolean {
  if (have['x-artifact'] === undefined && isAnything(have)) return true;
  if (want['x-artifact'] !== undefined) return want['x-artifact'] === have['x-artifact'];
  if (have['x-artifact'] !== undefined) return isAnything(want);
  if (!typesMeet(typesOf(want), typesOf(have))) return false;
  if (want.enum && have.enum && !want.enum.some((value) => have.enum?.includes(value)))
    return false;
  return itemsFit(want, have, both) && propertiesFit(want, have, both);
}

const isAnything = (schema: JsonSchema): boolean =>
  typesOf(schema).length === 0 && schema.enum === undefined && schema.const === undefined;

function typesOf({ type }: JsonSchema): readonly string[] {
  if (type === undefined) return [];
  return typeof type === 'string' ? [type] : type;
}

/** A whole number is a number; the other way round the value would have to be looked at. */
function typesMeet(want: readonly string[], have: readonly string[]): boolean {
  if (want.length === 0 || have.length === 0) return true;
  return have.some(
    (type) => want.includes(type) || (type === 'integer' && want.includes('number')),
  );
}

function itemsFit(want: JsonSchema, have: JsonSchema, both: Both): boolean {
  if (!want.items || !have.items) return true;
  return fitsAny(both.taker(want.items), both.giver(have.items), both);
}

function propertiesFit(want: JsonSchema, have: JsonSchema, both: Both): boolean {
  if (!have.properties) return true;
  const given = have.properties;
  const isComplete = (want.required ?? []).every((key) => Object.hasOwn(given, key));
  return (
    isComplete &&
    Object.entries(given).every(([key, schema]) => {
      const rest = want.additionalProperties;
      const place = want.properties?.[key] ?? (typeof rest === 'object' ? rest : undefined);
      if (!place) return rest !== false;
      return fitsAny(both.taker(place), both.giver(schema), both);
    })
  );
}

/** What a schema describes, in words: `a dataset artifact`, `a whole number or nothing`. */
export function describeSchemas(schemas: readonly JsonSchema[]): string {
  const names = schemas.map((schema) => {
    if (schema['x-artifact'] !== undefined) return `an artifact of kind ${schema['x-artifact']}`;
    if (schema.enum?.length === 1) return JSON.stringify(schema.enum[0]);
    if (schema.enum) return `one of ${schema.enum.map(String).join(', ')}`;
    const types = typesOf(schema);
    return types.length === 0 ? 'any value' : nameTypes(types);
  });
  return [...new Set(names)].join(' or ');
}
