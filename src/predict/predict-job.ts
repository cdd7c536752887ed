/** Rows on their way to a compute process, and their probabilities on the way back. */
import { isArtifactRef } from '../artifacts/artifact-uri.ts';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { decodeFloat32, encodeFloat32 } from '../data/tensor-bytes.ts';
import { PipelineError } from '../errors.ts';
import { isJsonObject, type Json } from '../json.ts';

export interface PredictJob {
  readonly type: 'predict';
  readonly storeFolder: string;
  readonly model: ArtifactRef;
  readonly rows: number;
  /** Base64 of float32 little-endian, `[rows, width]`; none of no rows, which loads the model. */
  readonly x: string;
}

export const packFloats = (values: Float32Array): string =>
  Buffer.from(encodeFloat32(values)).toString('base64');

export const unpackFloats = (text: string): Float32Array =>
  decodeFloat32(Buffer.from(text, 'base64'));

/** @throws PipelineError `INTERNAL` for what is no such job. */
export function decodePredictJob(payload: Json): PredictJob {
  const { storeFolder, model, rows, x } = isJsonObject(payload) ? payload : {};
  if (
    typeof storeFolder === 'string' &&
    isArtifactRef(model) &&
    typeof rows === 'number' &&
    typeof x === 'string'
  ) {
    return { type: 'predict', storeFolder, model, rows, x };
  }
  throw new PipelineError('INTERNAL', 'a job to predict rows is malformed');
}
