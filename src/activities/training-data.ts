/** What data a model was trained on. */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { decodeModel } from '../ml/decode-model.ts';

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
  const known = new Set<string>();
  const open = [model];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    if (known.has(ref.sha256)) continue;
    known.add(ref.sha256);
    const manifest = decodeModel(await store.getJson<Json>(ref));
    if (manifest.type === 'fusion') {
      open.push(...manifest.members);
      continue;
    }
    const { data } = manifest.trainedOn;
    if (data === undefined) {
      throw new PipelineError(
        'MODEL_INVALID',
        'the model does not say what data it was trained on: an earlier version made it',
        { remedy: 'train and promote it again' },
      );
    }
    datasets.set(data.sha256, data);
  }
  return [...datasets.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
}
