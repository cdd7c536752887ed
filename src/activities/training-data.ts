/** What data a model was trained on. */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import { trainingsOf } from './trainings-of.ts';

/**
 * The data set of a network; of a fusion those of all its members, each once.
 *
 * @throws PipelineError `MODEL_INVALID` for a malformed manifest, and for a model of a version that
 * did not record its data; `ARTIFACT_NOT_FOUND` and `ARTIFACT_CORRUPT` as the store.
 */
export async function trainingDataOf(
  model: ArtifactRef,
  store: ArtifactStore,
): Promise<readonly ArtifactRef[]> {
  const datasets = new Map<string, ArtifactRef>();
  for await (const { data } of trainingsOf([model], store)) {
    if (data === undefined) {
      throw new PipelineError(
        'MODEL_INVALID',
        'the model does not say what data it was trained on: it was imported, or an earlier version made it',
        { remedy: 'train and promote it again' },
      );
    }
    datasets.set(data.sha256, data);
  }
  return [...datasets.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
}
