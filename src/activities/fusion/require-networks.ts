import { PipelineError } from '../../errors.ts';
import type { ModelManifest } from '../../ml/model.ts';
import type { Member } from './measure-members.ts';

export type NetworkManifest = Extract<ModelManifest, { type: 'network' }>;

/**
 * @param all  of the fusion, among which members are counted.
 * @throws PipelineError `MODEL_INVALID` naming a member that is a fusion.
 */
export function requireNetworks(
  members: readonly Member[],
  method: string,
  all = members,
): readonly NetworkManifest[] {
  return members.map((member) => {
    const { manifest } = member;
    if (manifest.type === 'network') return manifest;
    const message = `fuse: member ${all.indexOf(member) + 1} is a fusion; the method ${method} needs networks`;
    const remedy = 'name its members instead, or use another method';
    throw new PipelineError('MODEL_INVALID', message, { remedy });
  });
}
