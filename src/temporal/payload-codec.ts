/**
 * Compresses large payloads on their way to Temporal, which takes 2 MB of each at most: plans of
 * thousands of steps, and the state that a long run hands on to its next execution.
 *
 * Small ones stay plain JSON, so that what people send by hand and read in Temporal's pages is text.
 */
import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
// A CommonJS module whose names Node does not see.
import proto from '@temporalio/proto';

const KIB = 1024;
const MIB = 1024 * KIB;
const SMALLEST = 16 * KIB;
/** A few kilobytes can claim to hold gigabytes. */
const LARGEST_UNPACKED = 64 * MIB;

const ENCODING = 'binary/gzip';
const pack = promisify<Uint8Array, { level: number }, Buffer>(gzip);
const unpack = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);
const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

export const payloadCodec: PayloadCodec = {
  encode: (payloads) => Promise.all(payloads.map(encode)),
  decode: (payloads) => Promise.all(payloads.map(decode)),
};

/** For clients, workers and replays alike. */
export const dataConverter: DataConverter = { payloadCodecs: [payloadCodec] };

async function encode(payload: Payload): Promise<Payload> {
  if ((payload.data?.byteLength ?? 0) < SMALLEST) return payload;
  const data = await pack(PayloadMessage.encode(payload).finish(), {
    level: constants.Z_BEST_SPEED,
  });
  return { metadata: { encoding: Buffer.from(ENCODING) }, data };
}

async function decode(payload: Payload): Promise<Payload> {
  const { metadata, data } = payload;
  if (!metadata?.['encoding'] || Buffer.from(metadata['encoding']).toString() !== ENCODING) {
    return payload;
  }
  try {
    const bytes = await unpack(data ?? new Uint8Array(), { maxOutputLength: LARGEST_UNPACKED });
    return PayloadMessage.decode(bytes);
  } catch {
    // Anyone may send a run a signal. What cannot be read must not stop the run: its handler
    // refuses this text, for it has not the form of a message.
    return {
      metadata: { encoding: Buffer.from('json/plain') },
      data: Buffer.from(JSON.stringify('a payload that could not be unpacked')),
    };
  }
}
