/** Fields of protocol buffers, as bytes. @see https://protobuf.dev/programming-guides/encoding */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Whole numbers from 0 to 2^53 − 1; proto3 leaves out a field that is 0. */
export function integer(field: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([key(field, VARINT), varint(value)]);
}

export function float(field: number, value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return Buffer.concat([key(field, FIXED32), buffer]);
}

export function double(field: number, value: number): Buffer {
  return Buffer.concat([key(field, FIXED64), doubleBytes([value])]);
}

/** A repeated field in one piece. */
export function packedDoubles(field: number, values: readonly number[]): Buffer {
  return message(field, doubleBytes(values));
}

export function text(field: number, value: string): Buffer {
  return message(field, Buffer.from(value, 'utf8'));
}

/** Bytes, or a message that its fields make up. */
export function message(field: number, ...parts: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([key(field, BYTES), varint(bytes.length), bytes]);
}

function doubleBytes(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(8 * values.length);
  values.forEach((value, index) => buffer.writeDoubleLE(value, 8 * index));
  return buffer;
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
