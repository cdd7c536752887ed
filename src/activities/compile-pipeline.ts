/** The activity `compile-pipeline`: the plan of a pipeline that a step runs, with its parameters. */
import { PipelineError, PipelineErrors, renderError } from '../errors.ts';
import { compilePlan } from '../plan/compile-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import type { Spec } from '../spec/spec.ts';
import type { PipelineSource } from '../workflows/run-state.ts';

/**
 * Compiles from texts of the plan that runs it: no file is read, for it may be another one by now.
 *
 * @throws PipelineError with the code of the first fault and all of them in its message, such as a
 * parameter out of its bounds; `SPEC_NOT_FOUND` where the plan does not hold a pipeline that is run
 * in turn.
 */
export function compilePipeline({ file, text, params, pipelines }: PipelineSource): Plan {
  const load = (child: string): Spec => parseSpec(textOf(child, pipelines), child);
  try {
    return compilePlan(parseSpec(text, file), params, { load });
  } catch (error) {
    if (!(error instanceof PipelineErrors) || error.errors.length < 2) throw error;
    // A failure of an activity is one: those after the first would not be seen.
    const message = error.errors.map(renderError).join('\n');
    throw new PipelineError(error.code, message, { location: error.location, cause: error });
  }
}

function textOf(file: string, pipelines: PipelineSource['pipelines']): string {
  const found = Object.hasOwn(pipelines, file) ? pipelines[file] : undefined;
  if (found) return found.text;
  throw new PipelineError('SPEC_NOT_FOUND', `the plan does not hold the pipeline "${file}"`);
}
