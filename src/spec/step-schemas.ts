/** The schemas of the step kinds: loaded from schemas/, and what they say about a value. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type ErrorCode, PipelineError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { plannedInWith } from './planned.ts';
import { toPointer } from './pointer.ts';
import { faultsOf } from './schema-faults.ts';
import { findMarkers } from './secret-places.ts';
import { alternativesOf, schemasAt } from './schema-walk.ts';
import type { Fault, JsonSchema, StepContract } from './spec.ts';

/** The same from src/spec and from dist/spec. */
const SCHEMAS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'schemas');
const SUFFIX = '.schema.json';
const NO_HOLES: ReadonlySet<string> = new Set();

export interface StepSchema extends JsonSchema {
  readonly $id: string;
  readonly properties: { readonly with: JsonSchema; readonly outputs: JsonSchema };
  readonly definitions?: { readonly [name: string]: JsonSchema };
}

export function readSchema(name: string): JsonSchema {
  return JSON.parse(readFileSync(path.join(SCHEMAS, name), 'utf8')) as JsonSchema;
}

const ARTIFACT = 'artifact.schema.json';

const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** A checker that tells all errors, fills in defaults, and runs nothing that data could name. */
export const createAjv = (): Ajv =>
  new Ajv({
    strict: true,
    allowUnionTypes: true,
    allErrors: true,
    verbose: true,
    useDefaults: true,
    discriminator: true,
    $data: false,
    keywords: ['x-artifact', 'x-secret'],
  });

const ajv = once(() => createAjv().addSchema(readSchema(ARTIFACT)));
const artifactSchema = once(() => readSchema(ARTIFACT));

/** The kinds that modelwright brings, sorted. */
export const builtInKinds: () => readonly string[] = once(() =>
  readdirSync(path.join(SCHEMAS, 'steps'))
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .sort(),
);

/** A step kind of the team's own, with its schema checked; no built-in kind has its name. */
export interface OwnKind {
  readonly kind: string;
  readonly schema: StepSchema;
}

const ownKinds = new Map<string, StepSchema>();

/** Makes these the own kinds of this process, in the place of those before. */
export function setOwnKinds(kinds: readonly OwnKind[]): void {
  for (const [kind, { $id }] of ownKinds) {
    ajv().removeSchema($id);
    contracts.delete(kind);
  }
  ownKinds.clear();
  for (const { kind, schema } of kinds) ownKinds.set(kind, schema);
}

/** Every step kind that has a schema, sorted. */
export const stepKinds = (): readonly string[] => [...builtInKinds(), ...ownKinds.keys()].sort();

/** @param kind  one of `stepKinds()` */
export const schemaOf = (kind: string): StepSchema =>
  ownKinds.get(kind) ?? (readSchema(path.join('steps', kind + SUFFIX)) as StepSchema);

const contracts = new Map<string, StepContract & Checks>();

interface Checks {
  readonly validateWith: ValidateFunction;
  readonly validateOutputs: ValidateFunction;
}

/** @returns `null` where no kind has that name. */
export function contractOf(kind: string): (StepContract & Checks) | null {
  const known = contracts.get(kind);
  if (known) return known;
  if (!stepKinds().includes(kind)) return null;
  const contract = createContract(kind);
  contracts.set(kind, contract);
  return contract;
}

function createContract(kind: string): StepContract & Checks {
  const schema = schemaOf(kind);
  ajv().addSchema(withDiscriminators(schema));
  const dereference = (ref: string): JsonSchema => {
    if (ref.endsWith(ARTIFACT)) return artifactSchema();
    const found = schema.definitions?.[ref.replace('#/definitions/', '')];
    if (found) return found;
    throw new PipelineError('INTERNAL', `${schema.$id}: nothing is at ${ref}`);
  };
  const compile = once(() => ({
    with: ajv().compile({ $ref: `${schema.$id}#/properties/with` }),
    outputs: ajv().compile({ $ref: `${schema.$id}#/properties/outputs` }),
  }));
  return {
    kind,
    get validateWith() {
      return compile().with;
    },
    get validateOutputs() {
      return compile().outputs;
    },
    checkWith: (value, holes) => checkWith(kind, compile().with, value, holes),
    withSchemasAt: (at) => schemasAt(schema.properties.with, at, dereference),
    outputSchemasAt: (at) => schemasAt(schema.properties.outputs, at, dereference),
    alternatives: (part) => alternativesOf(part, dereference),
  };
}

/**
 * Marks every `oneOf` whose branches differ by a constant `type`, so that ajv checks the branch
 * that was meant and tells its errors alone.
 */
function withDiscriminators<T>(node: T): T {
  if (Array.isArray(node)) return node.map(withDiscriminators) as T;
  if (node === null || typeof node !== 'object') return node;
  const mapped = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withDiscriminators(value as unknown)]),
  ) as T & JsonSchema;
  const isTagged = mapped.oneOf?.every(({ properties }) => {
    const tag = properties?.['type'];
    return tag?.const !== undefined || tag?.enum !== undefined;
  });
  return isTagged ? { ...mapped, type: 'object', discriminator: { propertyName: 'type' } } : mapped;
}

function checkWith(
  kind: string,
  validate: ValidateFunction,
  given: JsonObject,
  holes: ReadonlySet<string>,
): { value: JsonObject; faults: readonly Fault[] } {
  const value = structuredClone(given);
  const faults = validate(value) ? [] : faultsOf(validate.errors ?? [], value, holes);
  // A marker in a hole is a secret of the pipeline.
  const markers = findMarkers(given).filter(
    ({ path: at }) => !holes.has(toPointer(at.slice(0, -1))),
  );
  const planned = [...plannedInWith(kind, given), ...markers];
  const told = new Set(planned.map((fault) => toPointer(fault.path)));
  return {
    value,
    faults: [...planned, ...faults.filter((fault) => !told.has(toPointer(fault.path)))],
  };
}

/**
 * Checks a step's `with` as it reaches the step, and fills in the defaults.
 *
 * @typeParam T  the kind's `with` in step-types.ts, which is generated from the same schema.
 * @param holes  JSON pointers of values known only later, such as secrets.
 * @returns a copy; the value given stays as it is.
 * @throws PipelineError `STEP_KIND_UNKNOWN`; `SPEC_INVALID` naming every fault;
 * `SPEC_UNSUPPORTED` where the design has it but this version has not.
 */
export function decodeWith<T>(
  kind: string,
  value: unknown,
  holes: ReadonlySet<string> = NO_HOLES,
): T {
  const contract = requireContract(kind);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PipelineError('SPEC_INVALID', `\`with\` of ${kind} must be a map`);
  }
  const checked = contract.checkWith(value as JsonObject, holes);
  const unsupported = checked.faults.find(({ code }) => code === 'SPEC_UNSUPPORTED');
  if (checked.faults.length === 0) return checked.value as T;
  throw refuse(
    unsupported ? 'SPEC_UNSUPPORTED' : 'SPEC_INVALID',
    `\`with\` of ${kind}`,
    checked.faults,
  );
}

/**
 * Checks what a step gives back.
 *
 * @throws PipelineError `STEP_KIND_UNKNOWN`; if it is not what the kind's schema says, `INTERNAL`,
 * or `OUTPUT_INVALID` of a kind of the team's own.
 */
export function decodeOutputs<T>(kind: string, value: unknown): T {
  const { validateOutputs } = requireContract(kind);
  const copy: unknown = structuredClone(value);
  if (validateOutputs(copy)) return copy as T;
  const errors: readonly ErrorObject[] = validateOutputs.errors ?? [];
  const code = ownKinds.has(kind) ? 'OUTPUT_INVALID' : 'INTERNAL';
  throw refuse(code, `outputs of ${kind}`, faultsOf(errors, copy, NO_HOLES));
}

function requireContract(kind: string): StepContract & Checks {
  const contract = contractOf(kind);
  if (contract) return contract;
  throw new PipelineError('STEP_KIND_UNKNOWN', `"${kind}" is not a step kind`, {
    remedy: `kinds: ${stepKinds().join(', ')}`,
  });
}

function refuse(code: ErrorCode, what: string, faults: readonly Fault[]): PipelineError {
  const [first] = faults;
  return new PipelineError(code, `${what}: ${faults.map(({ message }) => message).join('; ')}`, {
    remedy: faults.length === 1 ? first?.remedy : undefined,
  });
}
