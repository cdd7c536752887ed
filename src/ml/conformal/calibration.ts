/** What the step `conformal` stores: the thresholds, and what they are of. */
import { PipelineError } from '../../errors.ts';
import { isJsonObject, type Json } from '../../json.ts';
import { CONFORMAL_METHODS, type ConformalMethod } from './class-scores.ts';
import type { ConformalGroup } from './fit-classes.ts';

/** The JSON of `MEDIA_TYPE.conformal`. */
export interface Calibration {
  readonly version: 1;
  readonly alpha: number;
  readonly method: ConformalMethod;
  readonly classConditional: boolean;
  /** Of the draws of randomised-aps. */
  readonly seed: number;
  readonly classes: readonly string[];
  /** SHA-256 of the model's and the data set's manifests. */
  readonly model: string;
  readonly dataset: string;
  readonly part: 'validation' | 'test';
  /** Rows of the part that the model was fitted to. */
  readonly leftOut: number;
  /** One for all rows, or one for each class. */
  readonly groups: readonly ConformalGroup[];
}

/** @throws PipelineError `MODEL_INVALID` naming what is wrong. */
export function decodeCalibration(value: Json): Calibration {
  if (!isJsonObject(value) || value['version'] !== 1) throw invalid('it is not of version 1');
  const { alpha, method, classConditional, seed, classes, model, dataset, groups } = value;
  if (!isNumber(alpha) || alpha <= 0 || alpha >= 1) throw invalid('alpha is not between 0 and 1');
  if (!CONFORMAL_METHODS.some((known) => known === method)) throw invalid('its method is unknown');
  if (typeof classConditional !== 'boolean') throw invalid('classConditional is no boolean');
  if (!Number.isSafeInteger(seed)) throw invalid('seed is no integer');
  if (!Array.isArray(classes) || !classes.every((name) => typeof name === 'string')) {
    throw invalid('classes is no list of names');
  }
  if (typeof model !== 'string' || typeof dataset !== 'string') {
    throw invalid('it does not name its model and data set');
  }
  const expected = classConditional ? classes.length : 1;
  if (!Array.isArray(groups) || groups.length !== expected || !groups.every(isGroup)) {
    throw invalid(`it has not ${expected} thresholds`);
  }
  return value as unknown as Calibration;
}

const isNumber = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);

const isGroup = (value: Json): boolean =>
  isJsonObject(value) &&
  Number.isSafeInteger(value['n']) &&
  Number.isSafeInteger(value['rank']) &&
  (value['threshold'] === null || isNumber(value['threshold']));

function invalid(found: string): PipelineError {
  return new PipelineError('MODEL_INVALID', `The conformal calibration cannot be read: ${found}`, {
    remedy: 'run the step `conformal` again',
  });
}
