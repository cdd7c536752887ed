/** How models came to be: the trainings behind them. */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import type { Json } from '../json.ts';
import { decodeModel } from '../ml/decode-model.ts';
import type { TrainingRecord } from '../ml/model.ts';

/** Of an imported model nothing is known. */
export type Training = Partial<TrainingRecord>;

/**
 * The training of a network; of a fusion those of all its members, each once.
 *
 * @param earlier  further models to follow, such as the one that a training started from
 * @throws PipelineError `MODEL_INVALID` for a malformed manifest; as the store.
 */
export async function* trainingsOf(
  models: readonly ArtifactRef[],
  store: ArtifactStore,
  earlier: (training: Training) => ArtifactRef | undefined = () => undefined,
): AsyncGenerator<Training> {
  const known = new Set<string>();
  const open = [...models];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    if (known.has(ref.sha256)) continue;
    known.add(ref.sha256);
    const manifest = decodeModel(await store.getJson<Json>(ref));
    if (manifest.type === 'fusion') {
      open.push(...manifest.members);
      continue;
    }
    const { trainedOn = {} }: { readonly trainedOn?: Training } =
      manifest.type === 'network' ? manifest : {};
    open.push(...(trainedOn.joined ?? []));
    yield trainedOn;
    const before = earlier(trainedOn);
    if (before) open.push(before);
  }
}
