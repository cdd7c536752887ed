/**
 * The one JSON Schema that editors complete and check pipelines with, made of
 * `pipeline.base.schema.json` and the schemas of the step kinds.
 *
 * modelwright itself checks with the parts, not with this: an `if`/`then` for every kind tells a
 * person less than the one schema that `uses` names.
 *
 * Imports types alone: setup/generate-schemas.mjs runs this file's text before anything is built.
 */
import type { Json, JsonObject } from '../json.ts';

interface Node extends JsonObject {
  readonly properties?: Readonly<Record<string, Node>>;
}

interface Base extends JsonObject {
  readonly definitions: Readonly<Record<string, Node>>;
}

export interface EditorSchemaParts {
  /** Of pipeline.base.schema.json. */
  readonly base: JsonObject;
  /** The kinds in the order in which editors offer them, with their own schemas. */
  readonly kinds: readonly { readonly kind: string; readonly schema: JsonObject }[];
  readonly errorCodes: readonly string[];
  /** Says where the schema comes from. */
  readonly comment: string;
}

const EXPRESSION = { $ref: '#/definitions/expression' };
const OF_BASE = ['type', 'additionalProperties', 'required', 'properties'];

export function editorSchema({ base, kinds, errorCodes, comment }: EditorSchemaParts): JsonObject {
  const { $schema, title, definitions } = base as Base;
  const { step, handler, compensation, retry, ...others } = definitions as Record<string, Node>;
  const parts = kinds.map(({ kind, schema }) => partsOf(kind, schema));
  const owners = Object.entries({ step, handler, compensation } as Record<string, Node>);
  const nonRetryable = retry?.properties?.['nonRetryable'] as Node;
  const items = { ...(nonRetryable['items'] as Node), enum: [...errorCodes].sort() };
  return {
    $schema: $schema as Json,
    $id: 'pipeline.schema.json',
    $comment: comment,
    title: title as Json,
    description: 'A modelwright pipeline.',
    ...Object.fromEntries(OF_BASE.map((key) => [key, base[key] as Json])),
    definitions: {
      expression: {
        type: 'string',
        description:
          'An expression in CEL, such as ${{ params.<name> }} or ${{ steps.<id>.outputs.<name> * 2 }}.',
        pattern: '\\$\\{\\{.*\\}\\}',
      },
      ...Object.fromEntries(owners.map(([name, owner]) => [name, withKinds(owner, parts)])),
      retry: {
        ...retry,
        properties: { ...retry?.properties, nonRetryable: { ...nonRetryable, items } },
      },
      ...others,
      ...Object.fromEntries(parts.flatMap((part) => Object.entries(part.definitions))),
    },
  };
}

type Parts = ReturnType<typeof partsOf>;

/** What of an editor's schema is one kind's. */
function partsOf(kind: string, schema: JsonObject) {
  const { description, definitions = {} } = schema;
  const taken = (schema as Node).properties?.['with'] ?? {};
  const { required = [], minProperties = 0 } = taken;
  // A `/` would be a step further in a reference, and kinds hold no dot.
  const prefix = kind.replace('/', '.');
  const name = `${prefix}-with`;
  const described = description === undefined ? {} : { description };
  return {
    kind,
    described,
    isWithNeeded: (required as readonly Json[]).length + (minProperties as number) > 0,
    name,
    definitions: {
      [name]: { ...described, ...withinWritable(taken, prefix) },
      ...Object.fromEntries(
        Object.entries(definitions as Record<string, Node>).map(([key, value]) => [
          `${prefix}-${key}`,
          writable(value, prefix),
        ]),
      ),
    } as JsonObject,
  };
}

/** An object with `uses` and `with`: what `with` holds follows from `uses`. */
function withKinds(owner: Node, parts: readonly Parts[]): JsonObject {
  const uses = {
    description: owner.properties?.['uses']?.['description'] as Json,
    oneOf: parts.map(({ kind, described }) => ({ const: kind, ...described })),
  };
  const branches = parts.map(({ kind, name, isWithNeeded }) => ({
    if: { required: ['uses'], properties: { uses: { const: kind } } },
    then: {
      ...(isWithNeeded && { required: ['with'] }),
      properties: { with: { $ref: `#/definitions/${name}` } },
    },
  }));
  return { ...owner, properties: { ...owner.properties, uses }, allOf: branches };
}

/** The schema as it may be written in a pipeline, where every value may be an expression. */
function writable(node: Node, prefix: string): JsonObject {
  const { description } = node;
  const described = description === undefined ? {} : { description };
  if (node['x-artifact'] !== undefined) {
    const of = `An artifact of kind ${node['x-artifact'] as string}.`;
    return { ...EXPRESSION, description: description ? `${description as string} ${of}` : of };
  }
  if (node['$ref'] !== undefined) return { ...described, $ref: localRef(node, prefix) };
  const inner = withinWritable(node, prefix);
  const isFreeText = node['type'] === 'string' && !node['enum'] && !node['pattern'];
  if (isFreeText || node['const'] !== undefined) return inner;
  const { description: _, default: fallback, ...rest } = inner;
  return {
    ...described,
    ...(fallback !== undefined && { default: fallback }),
    anyOf: [rest, EXPRESSION],
  };
}

const localRef = (node: Node, prefix: string): string =>
  (node['$ref'] as string).replace('#/definitions/', `#/definitions/${prefix}-`);

function withinWritable(node: Node, prefix: string): JsonObject {
  // `x-secret` is for modelwright alone; an editor's checker may refuse keywords that it does not know.
  const { 'x-secret': _, ...kept } = node;
  const result: Record<string, Json> = { ...kept };
  if (node['$ref'] !== undefined) result['$ref'] = localRef(node, prefix);
  if (node.properties) {
    result['properties'] = Object.fromEntries(
      Object.entries(node.properties).map(([key, value]) => [key, writable(value, prefix)]),
    );
  }
  for (const keyword of ['items', 'additionalProperties']) {
    const inner = node[keyword];
    if (typeof inner === 'object' && inner !== null) {
      result[keyword] = writable(inner as Node, prefix);
    }
  }
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = node[keyword] as readonly Node[] | undefined;
    if (branches === undefined) continue;
    result[keyword] = branches.map((branch) =>
      branch['$ref'] === undefined ? withinWritable(branch, prefix) : writable(branch, prefix),
    );
  }
  return result;
}
