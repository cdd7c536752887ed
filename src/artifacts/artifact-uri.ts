/** The names of artifacts: checked before they become paths. */
import { createHash } from 'node:crypto';
import { PipelineError } from '../errors.ts';
import type { ArtifactRef } from './artifact.ts';

const DIGEST = /^[0-9a-f]{64}$/;
const SCHEME = 'artifact://sha256/';

/** 64 lower-case hex digits. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function artifactRef(sha256: string, bytes: number, mediaType: string): ArtifactRef {
  return { uri: SCHEME + sha256, sha256, bytes, mediaType };
}

/** Whether a value of any origin is a well-formed reference. */
export function isArtifactRef(value: unknown): value is ArtifactRef {
  if (typeof value !== 'object' || value === null) return false;
  const { uri, sha256, bytes, mediaType } = value as Record<string, unknown>;
  return (
    typeof sha256 === 'string' &&
    DIGEST.test(sha256) &&
    uri === SCHEME + sha256 &&
    Number.isSafeInteger(bytes) &&
    (bytes as number) >= 0 &&
    typeof mediaType === 'string'
  );
}

/**
 * The digest a reference names.
 *
 * @throws PipelineError `ARTIFACT_NOT_FOUND` if it is no reference: nothing can be stored under it.
 */
export function digestOf(ref: ArtifactRef): string {
  if (isArtifactRef(ref)) return ref.sha256;
  const shown = String(JSON.stringify(ref)).slice(0, 200);
  throw new PipelineError('ARTIFACT_NOT_FOUND', `not a reference to an artifact: ${shown}`, {
    remedy: 'a reference has uri artifact://sha256/<64 hex digits>, sha256, bytes and mediaType',
  });
}
