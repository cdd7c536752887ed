/** What the runner tells built-in steps of this machine. */
import { dataRootOf } from '../artifacts/checkout-folder.ts';
import { NO_CONFIG, type ProjectConfig } from '../config/config.ts';
import type { LocalStepContext } from './step-runner.ts';
import type { StepContext } from './step.ts';

/** Where the runner said nothing, nothing is allowed. */
export const configOf = (context: StepContext): ProjectConfig =>
  (context as Partial<LocalStepContext>).config ?? NO_CONFIG;

/** Takes the secrets of the attempt out of a text; to be called before the text is cut. */
export function redact(text: string, context: StepContext): string {
  const { redact: redactText } = context as Partial<LocalStepContext>;
  return redactText?.(text) ?? text;
}

/** The data root for one of several files of a step: the run's commit if it holds the file. */
export async function dataRootFor(context: StepContext, source: string): Promise<string> {
  const { stateFolder, project } = context as Partial<LocalStepContext>;
  if (stateFolder === undefined || project === undefined) return context.dataRoot;
  return dataRootOf({ stateFolder, project, commit: context.run.commit, source });
}
