/**
 * TensorBoard's event files: TFRecords of the protocol buffer `Event`.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 * @see tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto
 */
import { maskedCrc32c } from './crc32c.ts';

export interface ScalarEvent {
  /** Milliseconds since 1970. */
  readonly wallTimeMs: number;
  readonly step: number;
  /** By tag; stored as float32. */
  readonly scalars: Readonly<Record<string, number>>;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** A whole file, with the version event that TensorBoard expects first. */
export function encodeEventFile(events: readonly ScalarEvent[]): Uint8Array {
  const startMs = events[0]?.wallTimeMs ?? 0;
  const version = Buffer.concat([
    wallTime(startMs),
    lengthDelimited(3, Buffer.from('brain.Event:2', 'utf8')),
  ]);
  return Buffer.concat([version, ...events.map(encodeEvent)].map(encodeRecord));
}

function encodeEvent({ wallTimeMs, step, scalars }: ScalarEvent): Buffer {
  const values = Object.entries(scalars).map(([tag, value]) =>
    // Summary.value: tag = 1, simple_value = 2.
    lengthDelimited(
      1,
      Buffer.concat([lengthDelimited(1, Buffer.from(tag, 'utf8')), float(2, value)]),
    ),
  );
  const parts = [wallTime(wallTimeMs)];
  // Proto3 leaves out a field that has its default.
  if (step !== 0) parts.push(Buffer.concat([key(2, VARINT), varint(step)]));
  parts.push(lengthDelimited(5, Buffer.concat(values)));
  return Buffer.concat(parts);
}

/** Length (64 bits), its masked CRC, the data, their masked CRC. */
function encodeRecord(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, crc(length), data, crc(data)]);
}

function crc(bytes: Uint8Array): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(maskedCrc32c(bytes));
  return buffer;
}

function wallTime(ms: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleLE(ms / 1000);
  return Buffer.concat([key(1, FIXED64), buffer]);
}

function float(field: number, value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return Buffer.concat([key(field, FIXED32), buffer]);
}

function lengthDelimited(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([key(field, BYTES), varint(bytes.length), bytes]);
}

function key(field: number, wireType: number): Buffer {
  return varint(field * 8 + wireType);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
