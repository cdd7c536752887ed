/** Between JSON Schema, in which step kinds say what they give, and the types of expressions. */
import type { JsonSchema } from '../../spec/spec.ts';
import {
  BOOL,
  type CelType,
  DOUBLE,
  DYN,
  INT,
  NULL,
  smallEnough,
  STRING,
  unionOf,
} from './cel-type.ts';

/** A schema that names itself would go on for ever. */
const MAX_DEPTH = 12;

/**
 * @param resolve  a schema's plain alternatives, `$ref`, `anyOf` and `oneOf` followed: a step
 * contract's `alternatives`. Without it these are followed but for `$ref`, which becomes `dyn`.
 */
export function typeOfSchema(
  schema: JsonSchema,
  resolve: (schema: JsonSchema) => readonly JsonSchema[] = alternativesWithin,
): CelType {
  const visit = (inner: JsonSchema, depth: number): CelType =>
    depth > MAX_DEPTH ? DYN : unionOf(resolve(inner).map((plain) => plainType(plain, depth)));
  const plainType = (plain: JsonSchema, depth: number): CelType => {
    if (plain['x-artifact'] !== undefined) return { kind: 'artifact', of: plain['x-artifact'] };
    const { enum: values = plain.const === undefined ? undefined : [plain.const] } = plain;
    if (values) return unionOf(values.map(typeOfValue));
    const { type = [] } = plain;
    const names = typeof type === 'string' ? [type] : type;
    return unionOf(names.map((name) => namedType(name, plain, (part) => visit(part, depth + 1))));
  };
  return visit(schema, 0);
}

function alternativesWithin(schema: JsonSchema): readonly JsonSchema[] {
  if (schema.$ref !== undefined) return [{}];
  const inner = schema.anyOf ?? schema.oneOf;
  return inner ? inner.flatMap(alternativesWithin) : [schema];
}

function typeOfValue(value: unknown): CelType {
  if (typeof value === 'string') return { kind: 'string', values: [value] };
  if (typeof value === 'number') return Number.isInteger(value) ? INT : DOUBLE;
  if (typeof value === 'boolean') return BOOL;
  return value === null ? NULL : DYN;
}

function namedType(
  name: string,
  schema: JsonSchema,
  visit: (schema: JsonSchema) => CelType,
): CelType {
  if (name === 'string') return STRING;
  if (name === 'integer') return INT;
  if (name === 'number') return DOUBLE;
  if (name === 'boolean') return BOOL;
  if (name === 'null') return NULL;
  if (name === 'array') return { kind: 'list', items: schema.items ? visit(schema.items) : DYN };
  if (name !== 'object') return DYN;
  const { properties, additionalProperties = true } = schema;
  const rest = typeof additionalProperties === 'object' ? visit(additionalProperties) : DYN;
  if (!properties) return { kind: 'map', values: rest };
  const fields = new Map(Object.entries(properties).map(([key, part]) => [key, visit(part)]));
  return { kind: 'record', fields, rest: additionalProperties === false ? null : rest };
}

/** Schemas any of which a value of the type meets, for `fits`; `[{}]` where nothing is known. */
export function schemasOfType(type: CelType): readonly JsonSchema[] {
  return schemasWithin(smallEnough(type));
}

const schemasWithin = (type: CelType): readonly JsonSchema[] =>
  type.kind === 'union' ? type.of.flatMap(schemasWithin) : [schemaOf(type)];

function schemaOf(type: Exclude<CelType, { kind: 'union' }>): JsonSchema {
  switch (type.kind) {
    case 'dyn':
      return {};
    case 'null':
      return { type: 'null' };
    case 'bool':
      return { type: 'boolean' };
    case 'int':
      return { type: 'integer' };
    case 'double':
      return { type: 'number' };
    case 'string':
      return type.values ? { type: 'string', enum: type.values } : { type: 'string' };
    case 'list':
      return { type: 'array', items: oneSchema(type.items) };
    case 'map':
      return { type: 'object', additionalProperties: oneSchema(type.values) };
    case 'artifact':
      return { 'x-artifact': type.of };
    case 'record':
      return {
        type: 'object',
        properties: Object.fromEntries(
          [...type.fields].map(([key, part]) => [key, oneSchema(part)]),
        ),
        additionalProperties: type.rest ? oneSchema(type.rest) : false,
      };
  }
}

function oneSchema(type: CelType): JsonSchema {
  const schemas = schemasWithin(type);
  const [only = {}] = schemas;
  return schemas.length === 1 ? only : { anyOf: schemas };
}
