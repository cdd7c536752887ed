/** A store that takes no artifact with a secret in it. */
import type { ArtifactStore } from '../../artifacts/artifact.ts';
import { PipelineError } from '../../errors.ts';
import type { Redactor } from './redactor.ts';

/** Refused rather than altered: an artifact that was changed on its way would be silently wrong. */
export function guardStore(store: ArtifactStore, redactor: Redactor): ArtifactStore {
  const check = (bytes: Uint8Array, mediaType: string) => {
    if (redactor.isIn(bytes)) throw leaked(`an artifact (${mediaType})`);
  };
  return {
    async put(bytes, mediaType) {
      check(bytes, mediaType);
      return store.put(bytes, mediaType);
    },
    async putJson(value, mediaType) {
      // What is no JSON is refused by the store itself.
      check(Buffer.from(JSON.stringify(value) ?? ''), mediaType);
      return store.putJson(value, mediaType);
    },
    get: (ref) => store.get(ref),
    open: (ref) => store.open(ref),
    getJson: (ref) => store.getJson(ref),
  };
}

export const leaked = (what: string) =>
  new PipelineError('SECRET_LEAKED', `a secret of the pipeline is in ${what}`, {
    remedy: 'leave it out: artifacts and outputs are kept, shown and handed on',
  });
