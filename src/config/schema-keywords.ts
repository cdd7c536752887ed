/** The part of JSON Schema that own steps may use: what modelwright can check references against. */
import { suggest } from '../did-you-mean.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Fault, Path } from '../spec/spec.ts';

/** How a keyword's value holds other schemas. */
type Holds = 'nothing' | 'schema' | 'schemas' | 'named' | 'schema-or-boolean';

// No `pattern` and no `format`: a regular expression can take for ever on a hostile text.
const KEYWORDS: Readonly<Record<string, Holds>> = {
  $ref: 'nothing',
  title: 'nothing',
  description: 'nothing',
  type: 'nothing',
  enum: 'nothing',
  const: 'nothing',
  default: 'nothing',
  required: 'nothing',
  minimum: 'nothing',
  maximum: 'nothing',
  exclusiveMinimum: 'nothing',
  exclusiveMaximum: 'nothing',
  minLength: 'nothing',
  maxLength: 'nothing',
  minItems: 'nothing',
  maxItems: 'nothing',
  uniqueItems: 'nothing',
  minProperties: 'nothing',
  maxProperties: 'nothing',
  'x-artifact': 'nothing',
  'x-secret': 'nothing',
  items: 'schema',
  additionalProperties: 'schema-or-boolean',
  properties: 'named',
  anyOf: 'schemas',
  oneOf: 'schemas',
};
const REF = /^#\/definitions\/([^/]+)$/;
const ARTIFACT_KIND = /^[a-zA-Z][a-zA-Z0-9-]{0,62}$/;

/** @param definitions  names that `$ref` may use; each is checked on its own. */
export function findForeignKeywords(
  schema: Json,
  at: Path,
  definitions: ReadonlySet<string>,
): readonly Fault[] {
  if (!isJsonObject(schema)) return [fault(at, 'value', 'a schema must be a map')];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const path = [...at, keyword];
    const holds = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (holds === undefined) {
      const remedy = suggest(keyword, Object.keys(KEYWORDS), 'keywords');
      return [fault(path, 'key', `"${keyword}" is not a keyword that may be used here`, remedy)];
    }
    const own = checkValue(keyword, value, path, definitions);
    const inner = schemasIn(holds, value, path);
    return [
      ...own,
      ...inner.flatMap(([part, place]) => findForeignKeywords(part, place, definitions)),
    ];
  });
}

function checkValue(
  keyword: string,
  value: Json,
  path: Path,
  definitions: ReadonlySet<string>,
): readonly Fault[] {
  if (keyword === '$ref') {
    const name = typeof value === 'string' ? REF.exec(value)?.[1] : undefined;
    if (name !== undefined && definitions.has(name)) return [];
    const remedy = suggest(name ?? '', [...definitions], 'definitions');
    return [fault(path, 'value', '`$ref` must be #/definitions/ and the name of one', remedy)];
  }
  if (keyword === 'x-artifact' && !(typeof value === 'string' && ARTIFACT_KIND.test(value))) {
    return [fault(path, 'value', '`x-artifact` must be a kind of artifact, such as dataset')];
  }
  if (keyword === 'x-secret' && typeof value !== 'boolean') {
    return [fault(path, 'value', '`x-secret` must be true or false')];
  }
  return [];
}

function schemasIn(holds: Holds, value: Json, path: Path): readonly [Json, Path][] {
  if (holds === 'schema') return [[value, path]];
  if (holds === 'schema-or-boolean') return typeof value === 'boolean' ? [] : [[value, path]];
  if (holds === 'schemas' && Array.isArray(value)) {
    return (value as readonly Json[]).map((item, index) => [item, [...path, index]]);
  }
  if (holds === 'named' && isJsonObject(value)) {
    return Object.entries(value).map(([name, item]) => [item, [...path, name]]);
  }
  return [];
}

/** @returns a name of `definitions` that leads back to itself, or `undefined`. */
export function findRecursion(definitions: JsonObject): string | undefined {
  const leadsTo = (from: string): readonly string[] =>
    [
      ...JSON.stringify(definitions[from] ?? null).matchAll(/"\$ref":"#\/definitions\/([^"/]+)"/g),
    ].map(([, name]) => name ?? '');
  return Object.keys(definitions).find((name) => {
    const seen = new Set<string>();
    const open = [...leadsTo(name)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === name) return true;
      if (!seen.has(next)) open.push(...leadsTo(next));
      seen.add(next);
    }
    return false;
  });
}

const fault = (path: Path, at: 'key' | 'value', message: string, remedy?: string): Fault => ({
  code: 'OWN_STEP_INVALID',
  path,
  at,
  message,
  ...(remedy !== undefined && { remedy }),
});
