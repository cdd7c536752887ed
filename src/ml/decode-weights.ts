/** The weights of a network as they are stored: float32 little-endian, in layer order. */
import { decodeFloat32 } from '../data/tensor-bytes.ts';
import { PipelineError } from '../errors.ts';

/** @throws PipelineError `MODEL_INVALID` for another number of values. */
export function decodeWeights(bytes: Uint8Array, values: number): Float32Array {
  if (bytes.byteLength !== 4 * values) throw wrongLength(bytes.byteLength, 4 * values);
  return decodeFloat32(bytes);
}

/** @throws PipelineError `MODEL_INVALID` for a wrong length or a value that is not finite. */
export function requireWeights(weights: Float32Array, values: number): void {
  if (weights.length !== values) throw wrongLength(4 * weights.length, 4 * values);
  const at = weights.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  throw new PipelineError(
    'MODEL_INVALID',
    `Weight ${at} of the model is ${weights[at]}, not a finite number`,
  );
}

function wrongLength(found: number, expected: number): PipelineError {
  return new PipelineError(
    'MODEL_INVALID',
    `The weights have ${found} bytes; the architecture needs ${expected}`,
  );
}
