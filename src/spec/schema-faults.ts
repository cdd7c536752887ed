/** Turns ajv's errors into faults that say where, what rule, what was found and how to mend it. */
import type { ErrorObject } from 'ajv';
import { nearestOf, suggest } from '../did-you-mean.ts';
import type { Json } from '../json.ts';
import { nameTypes } from '../name-types.ts';
import { describePath, describeValue, fromPointer } from './pointer.ts';
import type { Fault, JsonSchema, Path } from './spec.ts';

/** Keywords that hold several schemas; their errors come with those of every branch. */
const COMPOSITE = new Set(['anyOf', 'oneOf', 'if', 'not']);

/**
 * @param errors  of ajv with `allErrors` and `verbose`
 * @param root    the value that was checked
 * @param holes   JSON pointers of values known only later
 */
export function faultsOf(
  errors: readonly ErrorObject[],
  root: Json,
  holes: ReadonlySet<string>,
): readonly Fault[] {
  const known = errors.filter(
    // An error inside `propertyNames` is told by the error of `propertyNames` itself.
    ({ instancePath, propertyName }) => !holes.has(instancePath) && propertyName === undefined,
  );
  const faults = withoutBranches(known, holes).flatMap((error) => {
    const fault = faultOf(error, fromPointer(error.instancePath, root));
    const pointer = `${error.instancePath}/${String(error.params['tag'])}`;
    return error.keyword === 'discriminator' && holes.has(pointer) ? [] : [fault];
  });
  // Several branches of a composite may ask for the same.
  return [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()];
}

/**
 * Keeps one telling of each composite's failure: the faults deeper in the value, which belong
 * to the branch that was meant, or else the composite's own.
 */
function withoutBranches(
  errors: readonly ErrorObject[],
  holes: ReadonlySet<string>,
): readonly ErrorObject[] {
  const dropped = new Set<ErrorObject>();
  for (const composite of errors.filter(({ keyword }) => COMPOSITE.has(keyword))) {
    const at = composite.instancePath;
    const branches = errors.filter(
      ({ schemaPath, instancePath }) =>
        schemaPath.startsWith(`${composite.schemaPath}/`) && instancePath.startsWith(at),
    );
    const hasHole = [...holes].some((hole) => hole.startsWith(`${at}/`));
    const deeper = branches.filter(({ instancePath }) => instancePath !== at);
    if (hasHole || deeper.length > 0) dropped.add(composite);
    for (const error of branches) {
      if (hasHole || !deeper.includes(error)) dropped.add(error);
    }
  }
  return errors.filter((error) => !dropped.has(error));
}

function faultOf(error: ErrorObject, path: Path): Fault {
  const { params, parentSchema } = error;
  const schema = (parentSchema ?? {}) as JsonSchema;
  if (error.keyword === 'additionalProperties') {
    return unknownKey(String(params['additionalProperty']), path, schema);
  }
  if (error.keyword === 'required') return missingKey(String(params['missingProperty']), path);
  if (error.keyword === 'discriminator') return wrongTag(error, path);
  if (error.keyword === 'propertyNames') {
    return wrongName(String(params['propertyName']), path, schema.propertyNames?.description);
  }
  const rule = ruleOf(error, schema);
  return {
    code: 'SPEC_INVALID',
    path,
    at: 'value',
    message: `${subject(path)} ${rule.says}, not ${rule.found ?? describeValue(error.data as Json)}`,
    ...(rule.remedy !== undefined && { remedy: rule.remedy }),
  };
}

const subject = (path: Path): string => (path.length === 0 ? 'it' : `\`${describePath(path)}\``);

function unknownKey(key: string, path: Path, schema: JsonSchema): Fault {
  const known = Object.keys(schema.properties ?? {});
  return {
    code: 'SPEC_UNKNOWN_KEY',
    path: [...path, key],
    at: 'key',
    message: `"${key}" is not a known key${path.length > 0 ? ` of ${subject(path)}` : ''}`,
    remedy: suggest(key, known, 'known keys'),
  };
}

const missingKey = (key: string, path: Path): Fault => ({
  code: 'SPEC_MISSING_KEY',
  path,
  at: 'key',
  message: `\`${describePath([...path, key])}\` is missing`,
  remedy: `add the key \`${key}\``,
});

/** @param description  of names that are not those of steps and the like. */
const wrongName = (name: string, path: Path, description?: string): Fault => ({
  code: 'SPEC_INVALID',
  path: [...path, name],
  at: 'key',
  message: `"${name.slice(0, 80)}" is not a name that can ${description === undefined ? 'be referred to' : 'stand here'}`,
  remedy: description ?? 'use letters, digits and _, a letter first, 63 at most',
});

/** The key that picks the alternative, such as a layer's `type`, is missing or names none. */
function wrongTag({ params, parentSchema }: ErrorObject, path: Path): Fault {
  const tag = String(params['tag']);
  const found = params['tagValue'] as Json | undefined;
  if (found === undefined) return missingKey(tag, path);
  const branches = (parentSchema as JsonSchema).oneOf ?? [];
  const allowed = branches.flatMap(({ properties = {} }) => {
    const { const: only, enum: several } = properties[tag] ?? {};
    return only === undefined ? (several ?? []) : [only];
  });
  return {
    code: 'SPEC_INVALID',
    path: [...path, tag],
    at: 'value',
    message: `${subject([...path, tag])} must be one of ${allowed.join(', ')}, not ${describeValue(found)}`,
    ...guess(found, allowed),
  };
}

const guess = (found: Json, allowed: readonly Json[]): { remedy?: string } => {
  const nearest = nearestOf(String(found), allowed.map(String));
  return nearest === undefined ? {} : { remedy: `did you mean "${nearest}"?` };
};

interface Rule {
  readonly says: string;
  /** @default the value */
  readonly found?: string;
  readonly remedy?: string;
}

function ruleOf(error: ErrorObject, schema: JsonSchema): Rule {
  const { keyword, params, data } = error;
  const limit = Number(params['limit']);
  switch (keyword) {
    case 'type':
      return typeRule(params['type'], schema);
    case 'enum': {
      const allowed = params['allowedValues'] as readonly Json[];
      return {
        says: `must be one of ${allowed.map(String).join(', ')}`,
        ...guess(data as Json, allowed),
      };
    }
    case 'const':
      return { says: `must be ${describeValue(params['allowedValue'] as Json)}` };
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return { says: `must be ${String(params['comparison'])} ${limit}` };
    case 'minItems':
      return { says: `must have at least ${limit} ${limit === 1 ? 'item' : 'items'}` };
    case 'maxItems':
      return { says: `must have at most ${limit} ${limit === 1 ? 'item' : 'items'}` };
    case 'minProperties':
    case 'maxProperties': {
      const bound = keyword === 'minProperties' ? 'least' : 'most';
      const found = String(Object.keys(data as object).length);
      return { says: `must have at ${bound} ${limit} ${limit === 1 ? 'key' : 'keys'}`, found };
    }
    case 'minLength':
      return { says: limit === 1 ? 'must not be empty' : `must have at least ${limit} letters` };
    case 'maxLength':
      return { says: `must have at most ${limit} letters` };
    case 'uniqueItems':
      return {
        says: `must not repeat an item (${String(params['j'])} and ${String(params['i'])})`,
      };
    case 'pattern':
      return patternRule(String(params['pattern']), data as Json);
    case 'anyOf':
    case 'oneOf':
      return { says: `must be ${listTypes(schema.anyOf ?? schema.oneOf ?? [])}` };
    default:
      return { says: error.message ?? `breaks the rule ${keyword}` };
  }
}

const listTypes = (schemas: readonly JsonSchema[]): string =>
  nameTypes([...new Set(schemas.flatMap(({ type = [] }) => type))]);

function typeRule(type: unknown, schema: JsonSchema & { readonly title?: string }): Rule {
  if (schema.title === 'ArtifactRef') {
    return {
      says: 'wants an artifact',
      remedy: 'name the step that makes it, such as ${{ steps.<id>.outputs.<name> }}',
    };
  }
  const types = Array.isArray(type) ? type.map(String) : String(type).split(',');
  return {
    says: `must be ${nameTypes(types)}`,
    ...(types.includes('string') && { remedy: 'put it in quotes to make it text' }),
  };
}

/** Patterns of the schemas, in words. */
function patternRule(pattern: string, found: Json): Rule {
  const words = /^\^\(([a-z|-]+)\)\$$/.exec(pattern)?.[1]?.split('|');
  if (words) return { says: `must be one of ${words.join(', ')}`, ...guess(found, words) };
  if (pattern.includes('\\.\\.')) {
    return { says: 'must be a duration or a range', remedy: 'such as 3h, 3h..4h, ..4h or 3h..' };
  }
  if (pattern.includes('(ms|s|m|h|d)')) {
    return { says: 'must be a duration', remedy: 'such as 500ms, 10s, 20m, 2h or 7d' };
  }
  if (pattern.startsWith('^[a-z][a-z0-9-]')) {
    return { says: 'must be a name', remedy: 'use a–z, 0–9 and -, a letter first, 63 at most' };
  }
  if (pattern.startsWith('^[0-9]{4}-')) {
    return { says: 'must be a time', remedy: 'such as 2026-12-01T00:00:00Z' };
  }
  if (pattern.startsWith('^[A-Za-z_]')) {
    return { says: 'must be the name of an environment variable', remedy: 'such as API_TOKEN' };
  }
  if (pattern.startsWith('^[a-zA-Z][a-zA-Z0-9._-]')) {
    return { says: 'must be the name of a task queue', remedy: 'such as gpu' };
  }
  return { says: `must match ${pattern}` };
}
