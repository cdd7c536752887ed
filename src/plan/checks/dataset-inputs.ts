/** What a data set gives to a network, as far as its declared features tell. */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { FamilyInput } from '../../layers/families.ts';
import { type CheckedStep, literal } from './checked-step.ts';

/** As the step `dataset` has it. */
const DEFAULT_TOKENS = 128;
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const UNKNOWN = Number.NaN;
const TABLE = 'table';
/** Of an input whose name the data decides. */
const NAMELESS = '';

/** An input, and the group that it comes from first. */
export interface DeclaredInput extends FamilyInput {
  readonly group: number;
}

/**
 * Follows `arrangeInputs`, which sees the data: numbers, categories and dates of one name share an
 * input, every text column, sequence and picture has its own.
 *
 * @returns the inputs, unknown sizes as NaN; `null` where it cannot be told which there are.
 */
export function inputsOfDataset(dataset: CheckedStep): readonly FamilyInput[] | null {
  const declared = declaredInputs(dataset);
  // A target that is not known yet may be a text, which is an input too.
  if (declared === null || literal(dataset, 'target') === undefined) return null;
  const target = textTargetOf(dataset);
  if (target) return sequenceInputs(declared, target);
  const names = declared.map(({ name }) => name);
  if (new Set(names).size < names.length) return null;
  const [only] = declared;
  // One input that is no text has no name of its own.
  if (only && declared.length === 1 && only.vocabulary === undefined) {
    return [{ name: 'input', shape: only.shape }];
  }
  // Of several texts in a group the file decides which comes first.
  const isOrdered = new Set(declared.map(({ group }) => group)).size === declared.length;
  if (!isOrdered || names.includes(NAMELESS)) return null;
  return declared.map(({ group: _, ...input }) => input);
}

/** The target where it is a text. */
export function textTargetOf(dataset: CheckedStep): JsonObject | null {
  const target = literal(dataset, 'target');
  return target !== undefined && isJsonObject(target) ? target : null;
}

/** Follows `arrangeSequences`. */
function sequenceInputs(
  declared: readonly DeclaredInput[],
  { length }: JsonObject,
): readonly FamilyInput[] | null {
  const [source, more] = declared;
  if (!source || more || source.vocabulary === undefined) return null;
  const shape = [typeof length === 'number' ? length : DEFAULT_TOKENS];
  return [
    { name: 'source', shape: source.shape, vocabulary: UNKNOWN },
    { name: 'target', shape, vocabulary: UNKNOWN },
  ];
}

/** @returns the inputs even where two have one name, which the step refuses; '' of unknown ones. */
export function declaredInputs(dataset: CheckedStep): readonly DeclaredInput[] | null {
  const features = literal(dataset, 'features');
  if (!Array.isArray(features)) return null;
  const tables = new Set<string>();
  const inputs: DeclaredInput[] = [];
  for (const [index, group] of (features as readonly Json[]).entries()) {
    const found = isJsonObject(group) ? inputsOfGroup(group) : null;
    if (found === null) return null;
    if (found === TABLE) {
      const name = nameOf(group as JsonObject) ?? TABLE;
      if (!tables.has(name)) inputs.push({ name, shape: [UNKNOWN], group: index });
      tables.add(name);
      continue;
    }
    inputs.push(...found.map((input) => ({ ...input, group: index })));
  }
  return inputs;
}

const nameOf = ({ name }: JsonObject): string | undefined =>
  typeof name === 'string' ? name : undefined;

function inputsOfGroup(group: JsonObject): typeof TABLE | readonly FamilyInput[] | null {
  switch (group['type']) {
    case 'number':
    case 'category':
    case 'date':
      return TABLE;
    case 'text':
      return textsOf(group);
    case 'image':
    case 'sequence': {
      const columns = columnsOf(group);
      const name = nameOf(group) ?? defaultName(group, columns);
      const shape = shapeOf(group, columns);
      return shape && [{ name, shape }];
    }
    default:
      return null;
  }
}

/** An input for each column. */
function textsOf(group: JsonObject): readonly FamilyInput[] | null {
  const columns = columnsOf(group);
  const { length } = group;
  const shape = [typeof length === 'number' ? length : DEFAULT_TOKENS];
  // A name is for one input: whatever its pattern matches is one column.
  const names = columns?.map((column) => nameOf(group) ?? plain(column) ?? 'text');
  const given = nameOf(group);
  const found = names ?? (given === undefined ? null : [given]);
  return found && found.map((name) => ({ name, shape, vocabulary: UNKNOWN }));
}

/** @returns the columns of all features; `null` where the data decides which there are. */
export function columnsOfDataset(dataset: CheckedStep): readonly string[] | null {
  const features = literal(dataset, 'features');
  if (!Array.isArray(features)) return null;
  const columns = (features as readonly Json[]).map((group) =>
    isJsonObject(group) ? columnsOf(group) : null,
  );
  return columns.includes(null) ? null : columns.flatMap((names) => names ?? []);
}

/** @returns the columns, each once; `null` where patterns stand for them. */
function columnsOf({ columns }: JsonObject): readonly string[] | null {
  const given = (Array.isArray(columns) ? columns : [columns]) as readonly Json[];
  const names = given.filter((name) => typeof name === 'string');
  if (names.length < given.length || names.some((name) => /[*?]/.test(name))) return null;
  return [...new Set(names)];
}

const plain = (column: string): string | null => (PLAIN_NAME.test(column) ? column : null);

function defaultName({ type, from }: JsonObject, columns: readonly string[] | null): string {
  const [first, more] = columns ?? [];
  if (first === undefined) return NAMELESS;
  const own = more === undefined ? plain(first) : null;
  if (own !== null) return own;
  if (type === 'sequence') return 'sequence';
  if (from === 'files') return 'picture';
  // Pixels are columns of numbers; one column may be a picture that the source has.
  return more === undefined ? NAMELESS : 'image';
}

/** @returns `null` where the data decides. */
function shapeOf({ type, shape }: JsonObject, columns: readonly string[] | null) {
  const sizes = Array.isArray(shape) ? (shape as readonly Json[]).map(Number) : null;
  if (type === 'image') return sizes;
  if (sizes !== null) return sizes.length === 1 ? [...sizes, 1] : sizes;
  // One column may hold lists.
  return columns !== null && columns.length > 1 ? [columns.length, 1] : null;
}
