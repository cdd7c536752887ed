/** The activity `reuse-results`: outputs of an ended run, for one that repeats a part of it. */
import type { ArtifactStore } from '../../artifacts/artifact.ts';
import { PipelineError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { KeptResult } from '../../workflows/kept-results.ts';
import type { Reuse } from '../../workflows/run-input.ts';
import type { RunStatus, StepStatus } from '../../workflows/run-state.ts';
import { MAX_ANSWER_BYTES } from './answer-limit.ts';
import { findBrokenArtifact } from './verify-artifacts.ts';

interface Sources {
  readonly store: ArtifactStore;
  /** The last status of an ended run; `null` where it has left none here. */
  readonly statusOf: (run: string) => RunStatus | null;
}

/**
 * @returns the first of the steps, one at least.
 * @throws PipelineError `RUN_NOT_FOUND` where the run has left no record here; `STEP_UNKNOWN` if
 * it had no such step, or the step did not succeed; `ARTIFACT_CORRUPT` if a part is damaged or gone.
 */
export async function reuseResults(
  { run, steps }: Reuse,
  { store, statusOf }: Sources,
): Promise<{ readonly results: readonly KeptResult[] }> {
  const status = statusOf(run);
  if (!status) {
    throw new PipelineError('RUN_NOT_FOUND', `run ${run} has left no record on this worker`, {
      remedy: 'repeat it where it ran; `modelwright status` lists the runs',
    });
  }
  const whole = new Set<string>();
  const results: KeptResult[] = [];
  let bytes = 0;
  for (const id of steps) {
    const { outputs, cachedFrom } = succeededStep(status, id);
    const broken = await findBrokenArtifact(outputs, store, whole);
    if (broken) throw damaged(run, id, broken);
    bytes += Buffer.byteLength(JSON.stringify(outputs));
    if (bytes > MAX_ANSWER_BYTES && results.length > 0) break;
    results.push({ step: id, outputs, cached: cachedFrom ?? { run, step: id } });
  }
  return { results };
}

function succeededStep(status: RunStatus, id: string): StepStatus & { outputs: JsonObject } {
  const step = status.steps.find((each) => each.id === id);
  if (step?.state === 'succeeded' && step.outputs) return { ...step, outputs: step.outputs };
  throw new PipelineError('STEP_UNKNOWN', `step "${id}" of run ${status.run.id} did not succeed`);
}

const damaged = (run: string, step: string, what: string): PipelineError =>
  new PipelineError('ARTIFACT_CORRUPT', `the result of step "${step}" of ${run}: ${what}`, {
    remedy: `repeat from it: modelwright rerun ${run} --from ${step}`,
  });
