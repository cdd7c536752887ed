/** Reads trees, blobs and commits. Nothing is checked out, so nothing of them can run. */
import { git } from './git-command.ts';
import type { Repository } from './repository.ts';

export interface TreeFile {
  /** `/` between its parts; bytes that are no UTF-8 become U+FFFD. */
  readonly path: string;
  readonly blob: string;
  /** `false` for a symbolic link. Submodules are not listed. */
  readonly isRegular: boolean;
}

/** Every file of a commit. */
export async function listFiles(
  { gitDir }: Repository,
  commit: string,
): Promise<readonly TreeFile[]> {
  const text = await git('ls-tree', ['-r', '-z', '--full-tree', commit], { gitDir });
  return splitNul(text).flatMap((entry) => {
    const [, mode = '', type, blob = '', path = ''] =
      /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    return type === 'blob' ? [{ path, blob, isRegular: mode.startsWith('100') }] : [];
  });
}

const splitNul = (bytes: Buffer): readonly string[] =>
  bytes
    .toString('utf8')
    .split('\0')
    .filter((part) => part !== '');

/** Paths that differ between two commits, of removed and added files too. */
export async function changedFiles(
  { gitDir }: Repository,
  from: string,
  to: string,
): Promise<readonly string[]> {
  const plain = ['--no-ext-diff', '--no-textconv', '--no-renames', '--ignore-submodules=none'];
  const args = ['-r', '-z', '--name-only', ...plain, from, to];
  return splitNul(await git('diff-tree', args, { gitDir }));
}

/** Bytes of each blob, by blob id. */
export async function blobSizes(
  { gitDir }: Repository,
  blobs: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (blobs.length === 0) return new Map();
  const input = `${blobs.join('\n')}\n`;
  const text = await git('cat-file', ['--batch-check'], { gitDir, input });
  return new Map(
    text
      .toString('latin1')
      .split('\n')
      .flatMap((line) => {
        const [blob = '', , size] = line.split(' ');
        return size === undefined ? [] : [[blob, Number(size)] as const];
      }),
  );
}

/** Room for the line before each object and the newline after it. */
const OVERHEAD_BYTES = 128;

/**
 * The contents of blobs, through one process.
 *
 * @param sizes  of each, from `blobSizes`.
 */
export async function readBlobs(
  { gitDir }: Repository,
  sizes: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, Buffer>> {
  if (sizes.size === 0) return new Map();
  const maxBytes = [...sizes.values()].reduce((sum, size) => sum + size + OVERHEAD_BYTES, 0);
  const input = `${[...sizes.keys()].join('\n')}\n`;
  const output = await git('cat-file', ['--batch'], { gitDir, input, maxBytes });
  const found = new Map<string, Buffer>();
  for (let at = 0; at < output.length;) {
    const end = output.indexOf('\n', at);
    const [id = '', , size] = output.toString('latin1', at, end).split(' ');
    const start = end + 1;
    // "<id> missing" has neither size nor contents.
    at = size === undefined ? start : start + Number(size) + 1;
    if (size !== undefined) found.set(id, output.subarray(start, at - 1));
  }
  return found;
}

export interface CommitInfo {
  readonly author: string;
  /** The first line of the message. */
  readonly subject: string;
}

const LONGEST_AUTHOR = 200;
const LONGEST_SUBJECT = 500;

/** Read from the object itself: `git log` can be made to run a signature checker. */
export async function commitInfo({ gitDir }: Repository, commit: string): Promise<CommitInfo> {
  const bytes = await git('cat-file', ['commit', commit], { gitDir });
  const encoding = /^encoding (.+)$/m.exec(headOf(bytes.toString('latin1')))?.[1];
  const text = decode(bytes, encoding);
  const author = /^author (.*?) ?<[^>]*>/m.exec(headOf(text))?.[1] ?? '';
  const subject = text.slice(headOf(text).length).trimStart().split('\n', 1)[0] ?? '';
  return {
    author: author.slice(0, LONGEST_AUTHOR) || 'unknown',
    subject: subject.trimEnd().slice(0, LONGEST_SUBJECT),
  };
}

const headOf = (text: string): string => text.slice(0, text.indexOf('\n\n') + 1) || text;

function decode(bytes: Buffer, encoding = 'utf-8'): string {
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    // An encoding that nobody knows any more: the name and subject are for people only.
    return bytes.toString('utf8');
  }
}
