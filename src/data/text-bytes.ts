/** Bytes of a source as text. */
import { PipelineError } from '../errors.ts';

/** A JavaScript string holds no more. */
const MAX_TEXT_BYTES = 2 ** 29 - 25;

/**
 * UTF-8, a byte order mark taken off.
 *
 * @param what  the source as a message names it.
 * @throws PipelineError `DATA_INVALID` for bytes that are no UTF-8 and for a NUL character;
 * `DATA_TOO_LARGE` over half a gigabyte.
 */
export function decodeText(bytes: Uint8Array, what: string): string {
  if (bytes.byteLength > MAX_TEXT_BYTES) {
    throw new PipelineError(
      'DATA_TOO_LARGE',
      `${what} has ${bytes.byteLength} bytes; at most ${MAX_TEXT_BYTES} are read as text`,
      { remedy: 'write it as Parquet' },
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PipelineError('DATA_INVALID', `${what} is not UTF-8 text`, {
      cause,
      remedy: 'write it as UTF-8',
    });
  }
  const nul = text.indexOf('\0');
  if (nul < 0) return text;
  const line = text.slice(0, nul).split('\n').length;
  throw new PipelineError('DATA_INVALID', `${what}, line ${line}: a NUL character is no text`);
}
