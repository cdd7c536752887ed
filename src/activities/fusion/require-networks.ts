import { PipelineError } from '../../errors.ts';
import type { NetworkManifest } from '../../ml/model.ts';
import type { Member } from './measure-members.ts';

/**
 * @throws PipelineError `MODEL_INVALID` naming a member that is a fusion; `MODEL_UNSUPPORTED` one that
 * was imported without its layers.
 */
export function requireNetworks(
  members: readonly Member[],
  method: string,
  /** Of the first of them. */
  number = 1,
): readonly NetworkManifest[] {
  return members.map(({ manifest }, index) => {
    if (manifest.type === 'network') return manifest;
    if (manifest.type === 'foreign') {
      throw new PipelineError(
        'MODEL_UNSUPPORTED',
        `fuse: member ${index + number} was imported as ${manifest.format}, without its layers; the method ${method} needs networks`,
        { remedy: 'use the method average, vote, weighted-average or stacking' },
      );
    }
    const message = `fuse: member ${index + number} is a fusion; the method ${method} needs networks`;
    const remedy = 'name its members instead, or use another method';
    throw new PipelineError('MODEL_INVALID', message, { remedy });
  });
}
