/** Checks encoders that come from the store: of a data set, or of a model. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';

type Check = (value: Json | undefined) => boolean;
type Rules = Readonly<Record<string, Check>>;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isFinite: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isDivisor: Check = (value) => isFinite(value) && value !== 0;
const isSize: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const listOf =
  (check: Check, length?: number): Check =>
  (value) =>
    Array.isArray(value) && value.every(check) && (length === undefined || value.length === length);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.some((known) => known === value);
const isScale = oneOf('standard', 'minmax', 'none');

const TEXT_RULES: Rules = { column: isText, lowercase: isFlag, marks: isFlag, length: isSize };

const RULES: Readonly<Record<string, Rules>> = {
  number: {
    column: isText,
    scale: isScale,
    offset: isFinite,
    divisor: isDivisor,
    imputed: isFinite,
  },
  category: { column: isText, categories: listOf(isText) },
  date: {
    column: isText,
    format: oneOf('iso', 'dmy', 'mdy', 'unix'),
    parts: listOf(oneOf('year', 'month', 'day', 'weekday', 'hour')),
    year: (value) =>
      isJsonObject(value) && isFinite(value['offset']) && isDivisor(value['divisor']),
  },
  image: { columns: listOf(isText), shape: listOf(isSize, 3), range: listOf(isFinite, 2) },
  picture: {
    column: isText,
    shape: listOf(isSize, 3),
    fit: oneOf('fill', 'cover', 'contain'),
  },
  sequence: {
    columns: listOf(isText),
    layout: oneOf('columns', 'list'),
    shape: listOf(isSize, 2),
    scale: isScale,
    offsets: listOf(isFinite),
    divisors: listOf(isDivisor),
  },
  'text by word': { ...TEXT_RULES, vocabulary: listOf(isText) },
  'text by character': { ...TEXT_RULES, vocabulary: listOf(isText) },
  'text by bpe': { ...TEXT_RULES, tokens: isSize, definition: isJsonObject },
};

/**
 * @param value  a list of encoders.
 * @returns the list, or what is wrong with it, in words.
 */
export function findEncoderFault(value: Json | undefined): string | null {
  if (!Array.isArray(value)) return 'encoders must be a list';
  for (const [index, encoder] of (value as readonly Json[]).entries()) {
    const fault = faultOf(encoder);
    if (fault !== null) return `encoder ${index}: ${fault}`;
  }
  return null;
}

function faultOf(encoder: Json): string | null {
  if (!isJsonObject(encoder)) return 'it is no object';
  const { type } = encoder;
  const name = type === 'text' ? `text by ${String(encoder['tokenizer'])}` : String(type);
  const rules = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  if (!rules) return `the type ${JSON.stringify(name.slice(0, 60))} is not known`;
  const wrong = Object.keys(rules).find((key) => !rules[key]?.(encoder[key]));
  if (wrong !== undefined) return `its ${wrong} cannot be used`;
  return sizesFault(encoder);
}

function sizesFault({
  type,
  shape,
  columns,
  layout,
  offsets,
  divisors,
}: JsonObject): string | null {
  const size = ((shape ?? []) as number[]).reduce((product, one) => product * one, 1);
  const count = (columns as Json[] | undefined)?.length ?? 0;
  if (type === 'image' && size !== count) return `its shape needs ${size} columns`;
  if (type !== 'sequence') return null;
  const wanted = layout === 'list' ? 1 : size;
  if (count !== wanted) return `its shape needs ${wanted} columns`;
  const features = (shape as number[])[1];
  const isScaled = [offsets, divisors].every((list) => (list as Json[]).length === features);
  return isScaled ? null : `it needs ${features} offsets and divisors`;
}
