/** A store that takes no artifact with a secret in it. */
import type { ArtifactStore } from '../../artifacts/artifact.ts';
import { PipelineError } from '../../errors.ts';
import type { Redactor } from './redactor.ts';

/** A secret has at most 64 KiB; URL-encoded three bytes for one, within JSON up to six. */
const LONGEST_FORM_BYTES = 6 * 64 * 1024;

/** Refused rather than altered: an artifact that was changed on its way would be silently wrong. */
export function guardStore(store: ArtifactStore, redactor: Redactor): ArtifactStore {
  const check = (bytes: Uint8Array, mediaType: string) => {
    if (redactor.isIn(bytes)) throw leaked(`an artifact (${mediaType})`);
  };
  const checked = async function* (chunks: AsyncIterable<Uint8Array>, mediaType: string) {
    let before = Buffer.alloc(0);
    for await (const chunk of chunks) {
      // A secret may begin in one piece and end in another.
      before = Buffer.concat([before, chunk]);
      check(before, mediaType);
      before = before.subarray(-LONGEST_FORM_BYTES);
      yield chunk;
    }
  };
  return {
    async put(bytes, mediaType) {
      check(bytes, mediaType);
      return store.put(bytes, mediaType);
    },
    putStream: (chunks, mediaType) => store.putStream(checked(chunks, mediaType), mediaType),
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
