/**
 * The manifest of a run: what went in, what came out, who decided. Its entries are a hash chain,
 * so that an entry that is edited, left out, added or moved is found, and which one it is.
 */
import { sha256Hex } from '../artifacts/artifact-uri.ts';
import type { RunIdentity } from '../activities/step.ts';
import { canonicalJson, type Json, type JsonObject } from '../json.ts';

export type ManifestEntryType =
  | 'plan'
  | 'params'
  | 'code'
  | 'environment'
  | 'data'
  | 'step'
  | 'audit'
  | 'drift'
  | 'gate'
  | 'review'
  | 'decision'
  | 'refusal'
  | 'model'
  | 'problem'
  | 'end';

export interface ManifestContent {
  readonly type: ManifestEntryType;
  readonly body: JsonObject;
}

export interface ManifestEntry extends ManifestContent {
  /** From 0. */
  readonly index: number;
  /** The digest of the entry before; of the run's identity for the first. */
  readonly previous: string;
  /** SHA-256 over the canonical JSON of `{body, index, previous, type}`. */
  readonly digest: string;
}

/** The JSON of an artifact of media type `MEDIA_TYPE.manifest`. */
export interface RunManifest {
  readonly version: 1;
  readonly run: RunIdentity;
  readonly entries: readonly ManifestEntry[];
  /** The digest of the last entry: who knows it, knows the whole manifest. */
  readonly head: string;
}

export function chainManifest(run: RunIdentity, contents: readonly ManifestContent[]): RunManifest {
  const entries: ManifestEntry[] = [];
  let previous = digestOfRun(run);
  for (const [index, { type, body }] of contents.entries()) {
    const digest = digestOfEntry({ type, body, index, previous });
    entries.push({ index, type, body, previous, digest });
    previous = digest;
  }
  return { version: 1, run, entries, head: previous };
}

/**
 * Looks for the first broken link.
 *
 * @returns the index of the first entry that does not follow from those before it; the number of
 * entries if only `head` is wrong (the last entries were cut off); `null` if all is sound.
 */
export function findBrokenLink(manifest: RunManifest): number | null {
  let previous = digestOfRun(manifest.run);
  for (const [index, entry] of manifest.entries.entries()) {
    const { type, body } = entry;
    const sound =
      entry.index === index &&
      entry.previous === previous &&
      entry.digest === digestOfEntry({ type, body, index, previous });
    if (!sound) return index;
    previous = entry.digest;
  }
  return manifest.head === previous ? null : manifest.entries.length;
}

function digestOfRun(run: RunIdentity): string {
  return sha256Hex(canonicalJson(run as unknown as Json));
}

function digestOfEntry({ type, body, index, previous }: Omit<ManifestEntry, 'digest'>): string {
  return sha256Hex(canonicalJson({ body, index, previous, type }));
}
