/** Checks a data set manifest that comes from the store. */
import { PipelineError } from '../errors.ts';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { DatasetManifest, TextEncoder } from './dataset.ts';
import { findEncoderFault } from './decode-encoders.ts';
import { vocabularyOf } from './encoders/text.ts';
import { SEQUENCE_INPUTS } from './target-text.ts';

const PARTS = ['train', 'validation', 'test'] as const;

/** @throws PipelineError `DATA_INVALID` naming what is wrong. */
export function decodeDataset(value: Json | undefined): DatasetManifest {
  if (!isJsonObject(value) || value['version'] !== 1) throw invalid('it is no data set, version 1');
  const { inputShape, classes, featureNames, encoders, parts, target, missing } = value;
  if (!isList(inputShape, isSize) || inputShape.length === 0) {
    throw invalid('inputShape must be a list of positive integers');
  }
  if (!isList(classes, isText) || classes.length < 2) throw invalid('it needs at least 2 classes');
  const values = (inputShape as readonly number[]).reduce((product, size) => product * size, 1);
  if (!isList(featureNames, isText) || featureNames.length !== values) {
    throw invalid(`it needs ${values} feature names`);
  }
  if (typeof target !== 'string') throw invalid('it has no target');
  const fault =
    findEncoderFault(encoders) ??
    findInputFault(value['inputs'], values) ??
    findSequenceFault(value);
  if (fault !== null) throw invalid(fault);
  if (!isJsonObject(parts) || !PARTS.every((name) => isPart(parts[name]))) {
    throw invalid('its parts must be train, validation and test');
  }
  if (missing !== undefined && !(isJsonObject(missing) && Object.values(missing).every(isCount))) {
    throw invalid('missing must give a number of cells for each column');
  }
  return value as unknown as DatasetManifest;
}

/**
 * What a target that is a text needs: how it became tokens, as many names as it has of them, and an
 * input at the end of the row with as many places as there are labels.
 *
 * @returns what is wrong, in words.
 */
export function findSequenceFault(value: JsonObject): string | null {
  const { labelShape, targetEncoder, classes, inputs } = value;
  if (labelShape === undefined && targetEncoder === undefined) return null;
  if (!isList(labelShape, isSize) || labelShape.length !== 1) {
    return 'labelShape must be one size, and stand beside a targetEncoder';
  }
  const fault = findEncoderFault([targetEncoder ?? null]);
  if (fault !== null) return `targetEncoder: ${fault}`;
  const encoder = targetEncoder as unknown as TextEncoder;
  if (encoder.type !== 'text' || encoder.length !== labelShape[0]) {
    return 'targetEncoder must be of a text as long as labelShape says';
  }
  const vocabulary = vocabularyOf(encoder);
  const last = Array.isArray(inputs) ? (inputs as readonly JsonObject[]).at(-1) : undefined;
  const isInput =
    last?.['name'] === SEQUENCE_INPUTS.target &&
    last['vocabulary'] === vocabulary &&
    canonicalJson(last['shape'] as Json) === canonicalJson(labelShape);
  if (!isInput) return 'its last input must be the target';
  return (classes as readonly Json[]).length === vocabulary
    ? null
    : 'it needs a name for each token';
}

/**
 * Inputs follow one another and fill the row.
 *
 * @returns what is wrong, in words.
 */
export function findInputFault(inputs: Json | undefined, values: number): string | null {
  if (inputs === undefined) return null;
  if (!isList(inputs, isJsonObject) || inputs.length === 0)
    return 'inputs must be a list of inputs';
  let offset = 0;
  for (const { name, shape, offset: at, vocabulary } of inputs as readonly JsonObject[]) {
    if (typeof name !== 'string' || !isList(shape, isSize))
      return 'an input needs a name and a shape';
    if (at !== offset)
      return `input ${JSON.stringify(name)} does not begin where the last one ends`;
    if (vocabulary !== undefined && !isSize(vocabulary)) return 'a vocabulary must be a size';
    offset += (shape as readonly number[]).reduce((product, size) => product * size, 1);
  }
  return offset === values ? null : `inputs of ${offset} values in a row of ${values}`;
}

function isPart(value: Json | undefined): boolean {
  if (!isJsonObject(value)) return false;
  const { rows, x, y, sourceRows, shown = {} } = value;
  return Number.isSafeInteger(rows) && [x, y, sourceRows, shown].every((ref) => isJsonObject(ref));
}

const isSize = (value: Json): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isCount = (value: Json): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: Json): boolean => typeof value === 'string';

function isList(value: Json | undefined, check: (item: Json) => boolean): value is readonly Json[] {
  return Array.isArray(value) && value.every(check);
}

function invalid(found: string): PipelineError {
  return new PipelineError('DATA_INVALID', `The data set cannot be loaded: ${found}`);
}
