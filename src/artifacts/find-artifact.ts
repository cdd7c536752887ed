/** A reference to an object of which only the digest is known. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import type { ArtifactRef } from './artifact.ts';
import { artifactRef } from './artifact-uri.ts';
import { errnoOf } from './file-system.ts';

/**
 * @param storeFolder  as of `openFolderStore`.
 * @param sha256  64 lower-case hex digits.
 * @param mediaType  what the object is believed to be; whoever reads it finds out.
 * @throws PipelineError `ARTIFACT_NOT_FOUND`
 */
export async function findArtifact(
  storeFolder: string,
  sha256: string,
  mediaType: string,
): Promise<ArtifactRef> {
  try {
    const { size } = await stat(path.join(storeFolder, 'sha256', sha256.slice(0, 2), sha256));
    return artifactRef(sha256, size, mediaType);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
    throw new PipelineError('ARTIFACT_NOT_FOUND', `no artifact ${sha256} is in the store`, {
      remedy: 'see `modelwright artifacts list RUN`, and --project',
      cause: error,
    });
  }
}
