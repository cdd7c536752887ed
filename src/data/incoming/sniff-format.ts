/** Which format new data is in, by its name or else by how it begins. */
import type { IncomingFormat } from './read-batches.ts';

const BY_EXTENSION: readonly (readonly [pattern: RegExp, format: IncomingFormat])[] = [
  [/\.csv$/i, 'csv'],
  [/\.(?:jsonl|ndjson)$/i, 'jsonl'],
];
const OPENING_BRACE = 0x7b;
/** Space, tab, line feed, carriage return, and the bytes of a byte-order mark. */
const PASSED_OVER = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

export interface Sniffed {
  readonly format: IncomingFormat;
  /** All of the bytes, those looked at included. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** A name that tells nothing leaves it to the first character: JSON Lines begin with `{`. */
export async function sniffFormat(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Sniffed> {
  const named = BY_EXTENSION.find(([pattern]) => pattern.test(name));
  if (named) return { format: named[1], chunks };
  const reader = chunks[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let first: number | undefined;
  while (first === undefined) {
    const next: IteratorResult<Uint8Array, unknown> = await reader.next();
    if (next.done === true) break;
    seen.push(next.value);
    first = next.value.find((byte) => !PASSED_OVER.has(byte));
  }
  const format = first === OPENING_BRACE ? 'jsonl' : 'csv';
  return { format, chunks: again(seen, reader) };
}

async function* again(
  seen: readonly Uint8Array[],
  reader: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* seen;
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
      yield next.value;
    }
  } finally {
    await reader.return?.();
  }
}
