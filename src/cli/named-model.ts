/** Which model a person means: of the registry, of a run, or by its digest. */
import { MEDIA_TYPE, type ArtifactRef } from '../artifacts/artifact.ts';
import { isArtifactRef } from '../artifacts/artifact-uri.ts';
import { findArtifact } from '../artifacts/find-artifact.ts';
import { artifactsFolder } from '../artifacts/state-folder.ts';
import { PipelineError } from '../errors.ts';
import { openModelRegistry } from '../registry/model-registry.ts';
import { anyRunStatus } from './run-records.ts';
import type { Scene } from './verb.ts';

export interface NamedModel {
  readonly ref: ArtifactRef;
  /** As messages name it, such as `digits version 3`. */
  readonly label: string;
}

const DIGEST = /^(?:artifact:\/\/sha256\/)?([0-9a-f]{64})$/;
const DEFAULT_ALIAS = 'production';

/**
 * @param text  `NAME`, `NAME@ALIAS`, `NAME@VERSION`, `RUN/STEP`, or 64 hex digits.
 * @throws PipelineError `MODEL_NOT_FOUND`, `ARTIFACT_NOT_FOUND`, `RUN_NOT_FOUND`, and those of
 * Temporal for a run that has left no record.
 */
export async function namedModel(scene: Scene, text: string): Promise<NamedModel> {
  const digest = DIGEST.exec(text)?.[1];
  if (digest !== undefined) {
    const folder = artifactsFolder(scene.stateFolder);
    const ref = await findArtifact(folder, digest, MEDIA_TYPE.model);
    return { ref, label: `model ${digest.slice(0, 12)}` };
  }
  // A sub-pipeline's run is named by its parent's and a step: the last part is the step here.
  const slash = text.lastIndexOf('/');
  if (slash > 0) return modelOfStep(scene, text.slice(0, slash), text.slice(slash + 1));
  const [name = '', version = DEFAULT_ALIAS] = text.split('@', 2);
  const found = await openModelRegistry(scene.stateFolder).getModel(name, version);
  return { ref: found.model, label: `${name} version ${found.version}` };
}

async function modelOfStep(scene: Scene, runId: string, stepId: string): Promise<NamedModel> {
  const { steps } = await anyRunStatus(scene, runId);
  const models = new Map(
    steps.flatMap(({ id, outputs }) => {
      const refs: unknown[] = Object.values(outputs ?? {});
      const model = refs
        .filter(isArtifactRef)
        .find(({ mediaType }) => mediaType === MEDIA_TYPE.model);
      return model ? [[id, model] as const] : [];
    }),
  );
  const ref = models.get(stepId);
  if (ref) return { ref, label: `the model of ${runId}/${stepId}` };
  throw new PipelineError('MODEL_NOT_FOUND', `step "${stepId}" of run ${runId} made no model`, {
    remedy:
      models.size > 0
        ? `these did: ${[...models.keys()].join(', ')}`
        : 'see `modelwright artifacts list RUN`',
  });
}
