/** The sets that a stored calibration gives for what a model says of a part. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { type Calibration, decodeCalibration } from '../ml/conformal/calibration.ts';
import { classScores, type ScoredRows } from '../ml/conformal/class-scores.ts';
import { conformalSets } from '../ml/conformal/conformal-sets.ts';
import type { PredictedSets } from '../ml/model.ts';
import type { StepContext } from './step.ts';

export interface SetsWanted {
  /** Of a step `conformal`. */
  readonly calibration: ArtifactRef;
  /** What gave the probabilities. */
  readonly model: ArtifactRef;
  readonly rows: ScoredRows;
}

/**
 * @throws PipelineError `MODEL_INVALID` for a malformed calibration; `SPEC_INVALID` for one of another
 * model, whose coverage says nothing of this one.
 */
export async function setsOnData(
  { calibration, model, rows }: SetsWanted,
  { store }: Pick<StepContext, 'store'>,
): Promise<PredictedSets> {
  const decoded = decodeCalibration(await store.getJson<Json>(calibration));
  if (decoded.model !== model.sha256) throw ofOtherModel(decoded.model, model.sha256);
  return { alpha: decoded.alpha, calibration, sets: setsOf(decoded, rows) };
}

/** @returns `[rows]`, indices of classes. */
export function setsOf(
  { method, seed, groups }: Pick<Calibration, 'method' | 'seed' | 'groups'>,
  rows: ScoredRows,
): number[][] {
  return conformalSets(classScores(rows, { method, seed, purpose: 'sets' }), groups, rows.table);
}

function ofOtherModel(calibrated: string, asked: string): PipelineError {
  const [of, not] = [calibrated, asked].map((digest) => digest.slice(0, 12));
  return new PipelineError(
    'SPEC_INVALID',
    `flag.conformal is a calibration of model ${of}, and this is model ${not}: its sets would cover nothing for certain`,
    { remedy: 'give the step `conformal` the model that is asked here' },
  );
}
