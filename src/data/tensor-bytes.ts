/** Numbers as artifacts hold them: little-endian, back to back, on any machine. */
import { PipelineError } from '../errors.ts';

const BYTES = 4;
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

export function encodeFloat32(values: Float32Array): Uint8Array {
  return encode(values);
}

export function encodeInt32(values: Int32Array): Uint8Array {
  return encode(values);
}

/** @throws PipelineError `DATA_INVALID` if the bytes are no whole number of values. */
export function decodeFloat32(bytes: Uint8Array): Float32Array {
  return new Float32Array(decode(bytes));
}

/** @throws PipelineError `DATA_INVALID` if the bytes are no whole number of values. */
export function decodeInt32(bytes: Uint8Array): Int32Array {
  return new Int32Array(decode(bytes));
}

function encode(values: Float32Array | Int32Array): Uint8Array {
  const bytes = new Uint8Array(values.byteLength);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return fromLittleEndian(bytes);
}

/** A copy, because the bytes may start at any offset and typed arrays must be aligned. */
function decode(bytes: Uint8Array): ArrayBuffer {
  if (bytes.byteLength % BYTES !== 0) {
    throw new PipelineError(
      'DATA_INVALID',
      `A tensor of 4-byte values cannot have ${bytes.byteLength} bytes`,
    );
  }
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return fromLittleEndian(copy).buffer as ArrayBuffer;
}

/** Turns values of 4 bytes from their order in artifacts to the machine's, or back, in place. */
export function fromLittleEndian(bytes: Uint8Array): Uint8Array {
  if (LITTLE_ENDIAN) return bytes;
  for (let at = 0; at < bytes.length; at += BYTES) bytes.subarray(at, at + BYTES).reverse();
  return bytes;
}
