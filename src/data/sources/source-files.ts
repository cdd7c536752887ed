/** The files that a data set was made of, and one digest over them. */
import { createHash } from 'node:crypto';
import { PipelineError } from '../../errors.ts';

export class SourceFiles {
  readonly #digests = new Map<string, string>();

  /** @throws PipelineError `DATA_INVALID` for a file that has changed since it was read. */
  readonly note = (path: string, sha256: string): void => {
    const before = this.#digests.get(path);
    if (before !== undefined && before !== sha256) {
      throw new PipelineError('DATA_INVALID', `${JSON.stringify(path)} changed while it was read`);
    }
    this.#digests.set(path, sha256);
  };

  /** SHA-256, hex; see `digestOfFiles`. */
  get digest(): string {
    return digestOfFiles(Object.fromEntries(this.#digests));
  }
}

/**
 * Of one file the digest of its bytes; of several that of their paths and digests, sorted by path.
 *
 * @param digests  SHA-256 by path, hex.
 */
export function digestOfFiles(digests: Readonly<Record<string, string>>): string {
  const paths = Object.keys(digests).sort();
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) return digests[only] as string;
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${digests[path]} ${path}\n`);
  return hash.digest('hex');
}
