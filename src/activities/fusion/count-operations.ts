import type { ArtifactRef, ArtifactStore } from '../../artifacts/artifact.ts';
import { PipelineError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { inferLayers, inputsOf } from '../../ml/architectures/infer-shapes.ts';
import { decodeModel } from '../../ml/decode-model.ts';

/**
 * Floating-point operations for one row; of a fusion those of all its members, which a cascade needs
 * at most.
 *
 * @throws PipelineError `MODEL_UNSUPPORTED` for a model that was imported without its layers.
 */
export async function countOperations(store: ArtifactStore, model: ArtifactRef): Promise<number> {
  const manifest = decodeModel(await store.getJson<Json>(model));
  if (manifest.type === 'fusion') {
    let sum = 0;
    for (const member of manifest.members) sum += await countOperations(store, member);
    return sum;
  }
  if (manifest.type === 'foreign') {
    throw new PipelineError(
      'MODEL_UNSUPPORTED',
      `fuse: a member was imported as ${manifest.format}, without its layers, so a cascade cannot tell what it costs`,
      { remedy: 'use the method average, vote, weighted-average or stacking' },
    );
  }
  const { architecture } = manifest;
  const shapes = inferLayers({ inputs: inputsOf(architecture), layers: architecture.layers });
  return shapes.reduce((sum, { operations }) => sum + operations, 0);
}
