/** Reads the schema of one of the team's own steps; no code of the team runs. */
import { PipelineError, PipelineErrors } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { readYaml } from '../spec/read-yaml.ts';
import { faultsOf } from '../spec/schema-faults.ts';
import { createSourceMap, lineFinder } from '../spec/source-map.ts';
import type { Fault, SourceMap } from '../spec/spec.ts';
import { createAjv, readSchema, type StepSchema } from '../spec/step-schemas.ts';
import { readSmallText } from './project-file.ts';
import { findForeignKeywords, findRecursion } from './schema-keywords.ts';

/** A step of the team's own: what it takes and gives, and where its code is. */
export interface OwnStep {
  readonly kind: string;
  /** Runs in a compute process; otherwise in the worker. */
  readonly heavy: boolean;
  /** Absolute, and inside the project. */
  readonly module: string;
  readonly schemaFile: string;
  readonly schema: StepSchema;
}

const ARTIFACT = 'artifact.schema.json';
const NO_HOLES: ReadonlySet<string> = new Set();

interface Declaration {
  readonly kind: string;
  readonly description?: string;
  readonly heavy: boolean;
  readonly with: JsonObject;
  readonly outputs: JsonObject;
  readonly definitions?: JsonObject;
}

/**
 * Reads the schema beside a module.
 *
 * @param module      absolute path of the module.
 * @param schemaFile  absolute path, checked to be inside the project.
 * @throws PipelineErrors `OWN_STEP_INVALID` with every fault at its line and column.
 */
export function readOwnStep(module: string, schemaFile: string): OwnStep {
  const declared = parseDeclaration(readSmallText(schemaFile, 'OWN_STEP_INVALID'), schemaFile);
  const { kind, heavy } = declared;
  return { kind, heavy, module, schemaFile, schema: stepSchema(declared, schemaFile) };
}

function parseDeclaration(text: string, file: string): Declaration {
  const at = lineFinder(file, text);
  const { value, root, faults } = readYaml(text);
  if (faults.length > 0 || !isJsonObject(value)) {
    const found = faults.length > 0 ? faults : [{ message: 'the file is not a map', offset: 0 }];
    throw new PipelineErrors(
      found.map(
        ({ message, offset }) =>
          new PipelineError('OWN_STEP_INVALID', message, { location: at(offset) }),
      ),
    );
  }
  const source = createSourceMap(root, text, at);
  const check = createAjv().compile(readSchema('own-step.schema.json'));
  if (!check(value)) throw located(faultsOf(check.errors ?? [], value, NO_HOLES), source);
  const keywordFaults = checkKeywords(value as unknown as Declaration);
  if (keywordFaults.length > 0) throw located(keywordFaults, source);
  return value as unknown as Declaration;
}

const located = (faults: readonly Fault[], source: SourceMap): PipelineErrors =>
  new PipelineErrors(
    faults.map(
      ({ message, remedy, path, at }) =>
        new PipelineError('OWN_STEP_INVALID', message, {
          location: source.locate(path, at),
          remedy,
        }),
    ),
  );

function checkKeywords(declared: Declaration): readonly Fault[] {
  const { definitions = {} } = declared;
  const names = new Set(Object.keys(definitions));
  const faults = [
    ...(['with', 'outputs'] as const).flatMap((part) => [
      ...findForeignKeywords(declared[part], [part], names),
      ...mustBeMap(declared[part], part),
    ]),
    ...Object.entries(definitions).flatMap(([name, schema]) =>
      findForeignKeywords(schema, ['definitions', name], names),
    ),
  ];
  const recursive = faults.length === 0 ? findRecursion(definitions) : undefined;
  if (recursive === undefined) return faults;
  const message = `the definition "${recursive}" holds itself, which cannot be checked`;
  return [{ code: 'OWN_STEP_INVALID', path: ['definitions', recursive], at: 'key', message }];
}

function mustBeMap({ type }: JsonObject, part: string): readonly Fault[] {
  if (type === undefined || type === 'object') return [];
  const message = `\`${part}\` must be of type object: it is a map of names`;
  return [{ code: 'OWN_STEP_INVALID', path: [part, 'type'], at: 'value', message }];
}

/** @throws PipelineError `OWN_STEP_INVALID` with what the checker says of the schema. */
function stepSchema(declared: Declaration, file: string): StepSchema {
  const { kind, description, definitions } = declared;
  const schema = {
    // Kinds hold no dot, so that two kinds never share an id.
    $id: `own-steps/${kind.replace('/', '.')}.schema.json`,
    ...(description !== undefined && { description }),
    type: 'object',
    additionalProperties: false,
    required: ['with', 'outputs'],
    properties: { with: closedMap(declared.with), outputs: closedMap(declared.outputs) },
    ...(definitions && { definitions: withArtifacts(definitions) }),
  } as unknown as StepSchema;
  try {
    const ajv = createAjv().addSchema(readSchema(ARTIFACT)).addSchema(schema);
    for (const part of ['with', 'outputs'])
      ajv.compile({ $ref: `${schema.$id}#/properties/${part}` });
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new PipelineError('OWN_STEP_INVALID', `${file}: ${found}`, { cause: error });
  }
  return schema;
}

/** Unknown keys are refused unless the schema says otherwise: a misspelt one would be lost. */
const closedMap = (schema: JsonObject): Json => ({
  type: 'object',
  additionalProperties: false,
  required: [],
  ...(withArtifacts(schema) as JsonObject),
});

/** `x-artifact` alone says that a reference to an artifact stands there. */
function withArtifacts(node: Json): Json {
  if (Array.isArray(node)) return (node as readonly Json[]).map(withArtifacts);
  if (!isJsonObject(node)) return node;
  if (typeof node['x-artifact'] === 'string') return { $ref: `../${ARTIFACT}`, ...node };
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withArtifacts(value)]),
  );
}
