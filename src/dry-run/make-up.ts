/** Outputs of a step that a test does not give: made up by the schema of its kind. */
import { artifactRef, sha256Hex } from '../artifacts/artifact-uri.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { describePath } from '../spec/pointer.ts';
import type { JsonSchema, Path, StepContract } from '../spec/spec.ts';

export interface Completed {
  readonly outputs: JsonObject;
  /** What was not given, such as `report` or `accuracy.low`; `[]` where all was. */
  readonly madeUp: readonly string[];
}

/** The part of JSON Schema that bounds a value besides its type. */
type Bounded = JsonSchema & {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly default?: Json;
};

/**
 * Adds what the schema requires and the test leaves out: the first of an enum, `true`, 0.5 or the
 * nearest number within bounds, and references to artifacts that differ by instance and place. The
 * same test gives the same outputs.
 *
 * @param instance  whose outputs they are
 * @returns outputs that the schema may still refuse, by a rule that nothing was made up for.
 */
export function completeOutputs(
  contract: StepContract,
  given: JsonObject,
  instance: string,
): Completed {
  const madeUp: string[] = [];
  const complete = (schema: JsonSchema, found: Json | undefined, at: Path): Json => {
    const branches = contract.alternatives(schema);
    const branch = (branches.find((one) => admits(one, found)) ?? branches[0] ?? {}) as Bounded;
    if (found === undefined && !hasParts(branch)) {
      madeUp.push(describePath(at));
      return single(branch, `${instance}.${describePath(at)}`);
    }
    if (branch['x-artifact'] !== undefined || !isPartial(branch, found)) return found ?? null;
    return map(branch, found ?? {}, at);
  };
  const map = (schema: JsonSchema, found: JsonObject, at: Path): JsonObject => {
    const required = (schema.required ?? []).filter((key) => found[key] === undefined);
    const keys = [...Object.keys(found), ...required];
    const schemaOf = (key: string): JsonSchema => {
      const { properties = {}, additionalProperties: rest } = schema;
      return properties[key] ?? (typeof rest === 'object' ? rest : {});
    };
    return Object.fromEntries(
      keys.map((key) => [key, complete(schemaOf(key), found[key], [...at, key])]),
    );
  };
  const schemas = contract.outputSchemasAt([]);
  // Of a kind that gives one thing or another, the one that has all that is given.
  const fits = ({ properties = {} }: JsonSchema) =>
    Object.keys(given).every((key) => Object.hasOwn(properties, key));
  const schema = schemas.find(fits) ?? schemas[0] ?? {};
  return { outputs: map(schema, given, []), madeUp };
}

const typesOf = ({ type }: JsonSchema): readonly string[] =>
  type === undefined ? [] : [type].flat();

const hasParts = (schema: JsonSchema): boolean =>
  schema['x-artifact'] === undefined &&
  typesOf(schema)[0] === 'object' &&
  (schema.required ?? []).length > 0;

const isPartial = (schema: JsonSchema, found: Json | undefined): found is JsonObject | undefined =>
  found === undefined || (isJsonObject(found) && schema.properties !== undefined);

/** Whether a branch is meant by what is given; where nothing is, anything but null. */
function admits(schema: JsonSchema, found: Json | undefined): boolean {
  const types = typesOf(schema);
  if (found === undefined) return types[0] !== 'null';
  if (schema['x-artifact'] !== undefined) return isJsonObject(found);
  if (types.length === 0) return true;
  const type = found === null ? 'null' : Array.isArray(found) ? 'array' : typeof found;
  return types.includes(type) || (type === 'number' && types.includes('integer'));
}

function single(schema: Bounded, seed: string): Json {
  if (schema['x-artifact'] !== undefined) return artifactFor(schema['x-artifact'], seed);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  switch (typesOf(schema).find((type) => type !== 'null')) {
    case 'boolean':
      return true;
    case 'integer':
      return within(1, schema, Math.ceil);
    case 'number':
      return within(0.5, schema, (value) => value);
    case 'string':
      return 'made-up'.padEnd(schema.minLength ?? 0, '-');
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, (_, index) =>
        single(schema.items ?? {}, `${seed}[${index}]`),
      );
    case 'object':
      return {};
    default:
      return null;
  }
}

/** The wanted number, or the nearest that the bounds allow; between two open bounds their middle. */
function within(wanted: number, schema: Bounded, round: (value: number) => number): number {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  let value = wanted;
  if (minimum !== undefined && value < minimum) value = round(minimum);
  if (maximum !== undefined && value > maximum) value = maximum;
  if (above !== undefined && value <= above) {
    value = below === undefined ? round(above) + 1 : (above + below) / 2;
  }
  if (below !== undefined && value >= below) {
    value = above === undefined ? round(below) - 1 : (above + below) / 2;
  }
  return value;
}

/** Of bytes that nobody has. */
const artifactFor = (kind: string, seed: string): Json => ({
  ...artifactRef(sha256Hex(seed), seed.length, `application/vnd.modelwright.${kind}+json`),
});
