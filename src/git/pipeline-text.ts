/** The text of a pipeline file's bytes. */
import { PipelineError, PipelineErrors } from '../errors.ts';

/**
 * @param label  as errors name the file
 * @throws PipelineErrors `SPEC_SYNTAX` where they are not UTF-8
 */
export function pipelineText(bytes: Uint8Array, label: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const location = { file: label, line: 1, column: 1 };
    throw new PipelineErrors([
      new PipelineError('SPEC_SYNTAX', 'the file is not UTF-8 text', { location, cause }),
    ]);
  }
}
