import type { ArtifactRef, ArtifactStore } from '../../artifacts/artifact.ts';
import type { Json } from '../../json.ts';
import { inferLayers, inputsOf } from '../../ml/architectures/infer-shapes.ts';
import { decodeModel } from '../../ml/decode-model.ts';

/**
 * Floating-point operations for one row; of a fusion those of all its members, which a cascade needs
 * at most.
 */
export async function countOperations(store: ArtifactStore, model: ArtifactRef): Promise<number> {
  const manifest = decodeModel(await store.getJson<Json>(model));
  if (manifest.type === 'fusion') {
    let sum = 0;
    for (const member of manifest.members) sum += await countOperations(store, member);
    return sum;
  }
  const { architecture } = manifest;
  const shapes = inferLayers({ inputs: inputsOf(architecture), layers: architecture.layers });
  return shapes.reduce((sum, { operations }) => sum + operations, 0);
}
