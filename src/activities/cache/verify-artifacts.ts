/** Whether everything that a result refers to is in the store and whole. */
import { MEDIA_TYPE, type ArtifactRef, type ArtifactStore } from '../../artifacts/artifact.ts';
import { isArtifactRef } from '../../artifacts/artifact-uri.ts';
import { isPipelineError } from '../../errors.ts';
import { isJsonObject, type Json } from '../../json.ts';

/** More is no result of a step. */
const MAX_ARTIFACTS = 100_000;

/**
 * Reads every artifact in a value, and those that these refer to in turn: the parts of a data set,
 * the weights of a network, the members of a fusion, the pictures of a gallery.
 *
 * What a model's training started from is left out: it is the past of the model and no part of it,
 * and grows by a model with every retraining.
 *
 * @param whole  digests found whole before, which are not read again; those found now are added.
 * @returns what is missing or damaged, in words; `null` if all is there.
 */
export async function findBrokenArtifact(
  value: Json,
  store: ArtifactStore,
  whole: Set<string>,
): Promise<string | null> {
  const open = refsIn(value);
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    if (whole.has(identityOf(ref))) continue;
    if (whole.size > MAX_ARTIFACTS) return `it refers to more than ${MAX_ARTIFACTS} artifacts`;
    try {
      open.push(...(await readRefs(ref, store)));
    } catch (error) {
      if (!isPipelineError(error) || !error.code.startsWith('ARTIFACT_')) throw error;
      return error.message;
    }
    whole.add(identityOf(ref));
  }
  return null;
}

/** The same digest with another length is another claim. */
const identityOf = ({ sha256, bytes, mediaType }: ArtifactRef): string =>
  `${sha256} ${bytes} ${mediaType}`;

async function readRefs(ref: ArtifactRef, store: ArtifactStore): Promise<ArtifactRef[]> {
  if (!/[/+]json$/.test(ref.mediaType)) {
    await store.get(ref);
    return [];
  }
  const value = await store.getJson<Json>(ref);
  return refsIn(ref.mediaType === MEDIA_TYPE.model ? withoutPast(value) : value);
}

function withoutPast(model: Json): Json {
  if (!isJsonObject(model) || !isJsonObject(model['trainedOn'])) return model;
  const { startedFrom: _, ...trainedOn } = model['trainedOn'];
  return { ...model, trainedOn };
}

function refsIn(value: Json): ArtifactRef[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isArtifactRef(value)) return [value];
  return Object.values(value).flatMap((inner: Json) => refsIn(inner));
}
