/**
 * TensorBoard's event files: TFRecords of the protocol buffer `Event`.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 * @see tensorboard/compat/proto/event.proto and summary.proto
 */
import { maskedCrc32c } from './crc32c.ts';
import type { Histogram } from './histogram.ts';
import { double, float, integer, message, packedDoubles, text } from './protobuf.ts';

export interface TensorboardEvent {
  /** Milliseconds since 1970. */
  readonly wallTimeMs: number;
  readonly step: number;
  /** By tag; stored as float32. */
  readonly scalars?: Readonly<Record<string, number>> | undefined;
  readonly histograms?: Readonly<Record<string, Histogram>> | undefined;
  readonly images?: Readonly<Record<string, Picture>> | undefined;
  /** Markdown. */
  readonly texts?: Readonly<Record<string, string>> | undefined;
  /** A `GraphDef`; see layer-graph.ts. */
  readonly graph?: Uint8Array | undefined;
}

export interface Picture {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

const DT_STRING = 7;
const DATA_CLASS_TENSOR = 2;
const RGBA = 4;

/** A whole file, with the version event that TensorBoard expects first. */
export function encodeEventFile(events: readonly TensorboardEvent[]): Uint8Array {
  const startMs = events[0]?.wallTimeMs ?? 0;
  const version = Buffer.concat([double(1, startMs / 1000), text(3, 'brain.Event:2')]);
  return Buffer.concat([version, ...events.map(encodeEvent)].map(encodeRecord));
}

function encodeEvent(event: TensorboardEvent): Buffer {
  const { wallTimeMs, step, graph } = event;
  const values = [
    ...valuesOf(event.scalars, (value) => float(2, value)),
    ...valuesOf(event.images, encodeImage),
    ...valuesOf(event.histograms, encodeHistogram),
    ...valuesOf(event.texts, encodeText),
  ];
  return Buffer.concat([
    double(1, wallTimeMs / 1000),
    integer(2, step),
    // An event is one thing or another, so that a graph is alone.
    graph ? message(4, graph) : message(5, ...values),
  ]);
}

/** Summary.value, each with its tag. */
function valuesOf<T>(
  byTag: Readonly<Record<string, T>> | undefined,
  encode: (value: T) => Buffer,
): Buffer[] {
  return Object.entries(byTag ?? {}).map(([tag, value]) => message(1, text(1, tag), encode(value)));
}

function encodeImage({ width, height, png }: Picture): Buffer {
  return message(4, integer(1, height), integer(2, width), integer(3, RGBA), message(4, png));
}

function encodeHistogram({ min, max, count, sum, sumSquares, limits, counts }: Histogram): Buffer {
  return message(
    5,
    ...[min, max, count, sum, sumSquares].map((value, index) => double(index + 1, value)),
    packedDoubles(6, limits),
    packedDoubles(7, counts),
  );
}

/** A string tensor without axes, and the plugin that shows it. */
function encodeText(markdown: string): Buffer {
  return Buffer.concat([
    message(8, integer(1, DT_STRING), message(2), text(8, markdown)),
    message(9, message(1, text(1, 'text')), integer(4, DATA_CLASS_TENSOR)),
  ]);
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
