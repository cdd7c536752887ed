/** Protocol buffers by hand, for files that no framework would write. */

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

export const bytesField = (field: number, value: Uint8Array | string): Uint8Array => {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return Uint8Array.from([...varint(8 * field + 2), ...varint(bytes.length), ...bytes]);
};

export const numberField = (field: number, value: number): Uint8Array =>
  Uint8Array.from([...varint(8 * field), ...varint(value)]);

export const message = (...fields: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(fields.flatMap((bytes) => [...bytes]));
