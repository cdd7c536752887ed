/** A file that is read in pieces once its digest is known to be right. */
import { createHash } from 'node:crypto';
import { PipelineError } from '../errors.ts';
import type { ArtifactFile } from './artifact.ts';
import { errnoOf, type OpenFile } from './file-system.ts';

const PIECE_BYTES = 1024 * 1024;

export interface FileDigest {
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Reads the whole file once, a piece at a time. */
export async function digestOfFile(file: OpenFile): Promise<FileDigest> {
  const hash = createHash('sha256');
  const piece = new Uint8Array(PIECE_BYTES);
  let bytes = 0;
  for (;;) {
    const read = await readSome(file, piece, bytes);
    if (read === 0) return { sha256: hash.digest('hex'), bytes };
    hash.update(piece.subarray(0, read));
    bytes += read;
  }
}

/** @param file  is closed with what is returned. */
export function artifactFile(file: OpenFile, { sha256, bytes }: FileDigest): ArtifactFile {
  return {
    bytes,
    async read(into, position) {
      let done = 0;
      while (done < into.length) {
        const read = await readSome(file, into.subarray(done), position + done);
        if (read === 0) throw tooShort(sha256, position + into.length);
        done += read;
      }
    },
    close: () => file.close(),
  };
}

async function readSome(file: OpenFile, into: Uint8Array, position: number): Promise<number> {
  try {
    return await file.read(into, position);
  } catch (error) {
    throw unreadable('an artifact', error);
  }
}

export const unreadable = (what: string, cause: unknown): PipelineError =>
  new PipelineError('STORE_UNWRITABLE', `${what} cannot be read (${errnoOf(cause)})`, {
    cause,
    remedy: 'make the store readable for the user that runs modelwright, and check the disk',
  });

function tooShort(sha256: string, wanted: number): PipelineError {
  return new PipelineError(
    'ARTIFACT_CORRUPT',
    `artifact ${sha256} ends before byte ${wanted}: it was changed while it was read`,
    { remedy: 'run the step that made it again, and check the disk', details: { sha256 } },
  );
}
