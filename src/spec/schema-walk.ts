/** Finds the part of a schema that a value at a path must meet. */
import type { JsonSchema, Path } from './spec.ts';

/** Looks up a `$ref`, such as `#/definitions/layer` or `../artifact.schema.json`. */
export type Dereference = (ref: string) => JsonSchema;

/**
 * Follows `$ref`, `anyOf` and `oneOf` to plain schemas. A reference to an artifact stays one
 * schema, with its `x-artifact`.
 */
export function alternativesOf(
  schema: JsonSchema,
  dereference: Dereference,
): readonly JsonSchema[] {
  if (schema['x-artifact'] !== undefined) return [schema];
  if (schema.$ref !== undefined) return alternativesOf(dereference(schema.$ref), dereference);
  const branches = schema.anyOf ?? schema.oneOf;
  if (!branches) return [schema];
  return branches.flatMap((branch) => alternativesOf(branch, dereference));
}

/** @returns every schema that may apply at the path; empty where nothing may stand. */
export function schemasAt(
  schema: JsonSchema,
  path: Path,
  dereference: Dereference,
): readonly JsonSchema[] {
  let schemas = alternativesOf(schema, dereference);
  for (const key of path) {
    schemas = schemas
      .flatMap((candidate) => childSchema(candidate, key))
      .flatMap((child) => alternativesOf(child, dereference));
  }
  return schemas;
}

function childSchema(schema: JsonSchema, key: string | number): readonly JsonSchema[] {
  if (isAnything(schema)) return [schema];
  if (typeof key === 'number') return schema.items ? [schema.items] : [];
  const { properties = {}, additionalProperties } = schema;
  const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (property) return [property];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** Says nothing of the value, so anything may stand there and anywhere below. */
const isAnything = (schema: JsonSchema): boolean =>
  Object.keys(schema).every((key) => ['title', 'description', 'default', 'x-secret'].includes(key));
