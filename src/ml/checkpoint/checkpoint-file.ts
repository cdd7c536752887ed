/**
 * The bytes of a checkpoint.
 *
 * ```
 * 8   magic "MWCKPT" and the format version as two digits
 * 4   length of the header, unsigned little-endian
 * …   header, JSON
 * …   vectors, float32 little-endian, back to back in the order of the header
 * 32  SHA-256 of everything before
 * ```
 */
import { createHash } from 'node:crypto';
import { decodeFloat32, encodeFloat32 } from '../../data/tensor-bytes.ts';
import { PipelineError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';

export interface Checkpoint {
  /** Digest of everything that the job depends on; a checkpoint of another job is no use. */
  readonly job: string;
  readonly state: JsonObject;
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

const MAGIC = new TextEncoder().encode('MWCKPT01');
const PREFIX_BYTES = MAGIC.length + 4;
const DIGEST_BYTES = 32;

export function encodeCheckpoint({ job, state, vectors }: Checkpoint): Uint8Array {
  const names = Object.keys(vectors);
  const layout = names.map((name) => [name, (vectors[name] as Float32Array).length]);
  const header = Buffer.from(JSON.stringify({ job, state, vectors: layout }), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const blobs = names.map((name) => encodeFloat32(vectors[name] as Float32Array));
  const body = Buffer.concat([MAGIC, length, header, ...blobs]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** @throws PipelineError `ARTIFACT_CORRUPT` if a single bit is not as it was written. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.length - DIGEST_BYTES;
  if (end < PREFIX_BYTES) throw corrupt(`it has only ${buffer.length} bytes`);
  const digest = createHash('sha256').update(buffer.subarray(0, end)).digest();
  if (!digest.equals(buffer.subarray(end))) throw corrupt('its digest does not match');
  if (!buffer.subarray(0, MAGIC.length).equals(MAGIC)) throw corrupt('it is of another format');
  const start = PREFIX_BYTES + buffer.readUInt32LE(MAGIC.length);
  // The digest holds, so the header is what encodeCheckpoint wrote.
  const header = JSON.parse(buffer.toString('utf8', PREFIX_BYTES, start)) as {
    job: string;
    state: JsonObject;
    vectors: [string, number][];
  };
  const vectors: Record<string, Float32Array> = {};
  let at = start;
  for (const [name, values] of header.vectors) {
    vectors[name] = decodeFloat32(buffer.subarray(at, at + 4 * values));
    at += 4 * values;
  }
  return { job: header.job, state: header.state, vectors };
}

/** The digest at the end of the file, in hexadecimal. */
export function checkpointDigest(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(bytes.length - DIGEST_BYTES)).toString('hex');
}

/** SHA-256 over the canonical text of what a job depends on. */
export function jobDigest(canonical: string): string {
  return createHash('sha256').update(canonical).digest('hex');
}

function corrupt(found: string): PipelineError {
  return new PipelineError('ARTIFACT_CORRUPT', `The checkpoint cannot be read: ${found}`);
}
