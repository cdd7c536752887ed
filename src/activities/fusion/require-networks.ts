import { PipelineError } from '../../errors.ts';
import type { NetworkManifest } from '../../ml/model.ts';
import type { Member } from './measure-members.ts';

/**
 * @param all  of the fusion, among which members are counted.
 * @throws PipelineError `MODEL_INVALID` naming a member that is a fusion; `MODEL_UNSUPPORTED` one that
 * was imported without its layers.
 */
export function requireNetworks(
  members: readonly Member[],
  method: string,
  all = members,
): readonly NetworkManifest[] {
  return members.map((member) => {
    const { manifest } = member;
    if (manifest.type === 'network') return manifest;
    const number = all.indexOf(member) + 1;
    if (manifest.type === 'foreign') {
      throw new PipelineError(
        'MODEL_UNSUPPORTED',
        `fuse: member ${number} was imported as ${manifest.format}, without its layers; the method ${method} needs networks`,
        { remedy: 'use the method average, vote, weighted-average or stacking' },
      );
    }
    const message = `fuse: member ${number} is a fusion; the method ${method} needs networks`;
    const remedy = 'name its members instead, or use another method';
    throw new PipelineError('MODEL_INVALID', message, { remedy });
  });
}
