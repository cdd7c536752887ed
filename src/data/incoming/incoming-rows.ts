/** Rows of a file or stream as they are read, before a model's encoders have seen them. */
import { nearestOf } from '../../did-you-mean.ts';
import { PipelineError } from '../../errors.ts';

/** New data, in order; read once. */
export interface RowSource {
  /** As messages name it. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface IncomingRow {
  /** From 0, the header not counted. */
  readonly row: number;
  /** Of the source, from 1: where the row ends. */
  readonly line: number;
  /** One per column asked for; `undefined` where the row lacks it. */
  readonly values: readonly unknown[];
  /** Why the row as a whole cannot be read. */
  readonly fault?: { readonly message: string; readonly remedy: string } | undefined;
}

export interface ReadOptions {
  /** The columns to give, in this order. */
  readonly columns: readonly string[];
  /** Columns that are there and not read; called at most once, and not with `known`. */
  readonly onIgnored: (columns: readonly string[]) => void;
  /** Columns that nobody needs to be told of, such as the target. */
  readonly known: readonly string[];
}

/** One row, far above what models read; a file without line ends must not fill the memory. */
export const MAX_ROW_CHARS = 16 * 1024 * 1024;

/** Text of UTF-8 bytes, a byte-order mark left out. @throws PipelineError `DATA_INVALID` */
export async function* decodeText({ name, chunks }: RowSource): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw new PipelineError('DATA_INVALID', `${name} is not UTF-8 text`, {
        remedy: 'save it as UTF-8',
        cause,
      });
    }
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}

/** @throws PipelineError `DATA_INVALID` naming the columns that are not there. */
export function requireColumns(
  name: string,
  found: readonly string[],
  wanted: readonly string[],
): void {
  const there = new Set(found);
  const missing = wanted.filter((column) => !there.has(column));
  const [first] = missing;
  if (first === undefined) return;
  const few = missing.slice(0, 5).map((column) => JSON.stringify(column));
  const more = missing.length > few.length ? ` and ${missing.length - few.length} more` : '';
  const spare = found.filter((column) => !wanted.includes(column));
  const meant = nearestOf(first, spare);
  throw new PipelineError(
    'DATA_INVALID',
    `${name} lacks ${missing.length === 1 ? 'the column' : 'the columns'} ${few.join(', ')}${more} that the model reads`,
    {
      remedy: meant
        ? `rename the column ${JSON.stringify(meant)}`
        : 'add what is missing to the file',
      details: { missing: missing.slice(0, 100) },
    },
  );
}
