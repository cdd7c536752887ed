/** The activity `fingerprint-sources`: SHA-256 of data files, for triggers by new data. */
import { createHash } from 'node:crypto';
import { dataRootOf } from '../artifacts/checkout-folder.ts';
import { digestOfSource } from '../data/sources/source-shards.ts';
import { canonicalJson } from '../json.ts';

export interface FingerprintInput {
  readonly sources: readonly string[];
  readonly commit?: string | undefined;
}

export interface SourceFingerprints {
  /** SHA-256 of each source's bytes, hex; of a pattern as `digestOfFiles`. */
  readonly sources: { readonly [source: string]: string };
  /** SHA-256 over all of them. */
  readonly fingerprint: string;
}

interface Folders {
  readonly stateFolder: string;
  /** Absolute; sources are relative to it. */
  readonly dataRoot: string;
}

/**
 * Reads the files as the step `dataset` would, a piece at a time.
 *
 * @throws PipelineError as `readSourceFile`.
 */
export async function fingerprintSources(
  { sources, commit }: FingerprintInput,
  { stateFolder, dataRoot }: Folders,
): Promise<SourceFingerprints> {
  const found: Record<string, string> = {};
  for (const source of sources) {
    const root = await dataRootOf({ stateFolder, project: dataRoot, commit, source });
    // Of several files as the step's output `fingerprint` has it.
    found[source] = await digestOfSource(root, source);
  }
  const fingerprint = createHash('sha256').update(canonicalJson(found)).digest('hex');
  return { sources: found, fingerprint };
}
