/** How files of other frameworks are refused. */
import { PipelineError } from '../../errors.ts';

/** The file breaks its format's rules. */
export function brokenModel(found: string, cause?: unknown): PipelineError {
  return new PipelineError('MODEL_INVALID', `The model's file cannot be read: ${found}`, {
    cause,
    remedy: 'save the model again with the framework that made it',
  });
}

/** The file is sound, but what it says cannot be computed here. */
export function unsupportedModel(found: string, remedy: string): PipelineError {
  return new PipelineError('MODEL_UNSUPPORTED', `The model cannot be imported: ${found}`, {
    remedy,
  });
}
