/** Cells that stand for pictures: paths of files, or the pictures themselves. */
import { createHash } from 'node:crypto';
import { isPipelineError, PipelineError } from '../../errors.ts';
import type { PictureEncoder } from '../dataset.ts';
import { decodePicture, pictureSize } from '../decode-picture.ts';
import type { Picture } from '../picture-bytes.ts';
import { readSourceFile } from '../source-file.ts';
import { MAX_PICTURE_BYTES, type NoteFile, type RootOf } from '../sources/read-folders.ts';
import type { Fault } from './cell-fault.ts';

/** What a cell became: pixels in the encoder's shape, or what is wrong with it. */
export type ReadPicture = { readonly pixels: Uint8Array } | { readonly fault: Fault };

export interface PictureCells {
  /** What a cell must be, in words. */
  readonly wanted: string;
  readonly remedy: string;
  readonly read: (cell: string, encoder: PictureEncoder) => Promise<ReadPicture>;
}

export interface PictureFiles {
  readonly rootOf: RootOf;
  readonly noteFile: NoteFile;
}

/** Cells are paths below a root, read under the rules of every source file. */
export function picturesInFiles({ rootOf, noteFile }: PictureFiles): PictureCells {
  const remedy = 'name a PNG or JPEG by its path relative to the project';
  return {
    wanted: 'the path of a picture',
    remedy,
    read: (path, encoder) =>
      orFault(remedy, async () => {
        const { bytes, sha256 } = await readSourceFile(await rootOf(path), path, MAX_PICTURE_BYTES);
        noteFile(path, sha256);
        return decode({ type: 'file', path, bytes, sha256 }, encoder);
      }),
  };
}

/** Pixels of all pictures of a request together, as they are sent: a small file may hold many. */
const MAX_SENT_PIXELS = 2 ** 26;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Cells are PNG or JPEG in base64. A path is refused: who asks over HTTP does not choose files of
 * this machine.
 */
export function picturesInBase64(): PictureCells {
  let pixels = 0;
  const remedy = 'send a PNG or JPEG in base64; paths are not read';
  return {
    wanted: 'a picture in base64',
    remedy,
    read: (cell, encoder) =>
      orFault(remedy, async () => {
        if (cell.length % 4 !== 0 || !BASE64.test(cell)) {
          throw new PipelineError('DATA_INVALID', 'the text is no base64', { remedy });
        }
        const bytes = Buffer.from(cell, 'base64');
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        const picture: Picture = { type: 'file', path: 'in base64', bytes, sha256 };
        const [height, width] = await pictureSize(picture);
        pixels += height * width;
        if (pixels > MAX_SENT_PIXELS) {
          const message = `the pictures so far have ${pixels} pixels; at most ${MAX_SENT_PIXELS} in one request`;
          throw new PipelineError('DATA_TOO_LARGE', message, {
            remedy: 'send smaller pictures, or fewer at once',
          });
        }
        return decode(picture, encoder);
      }),
  };
}

const decode = (picture: Picture, { shape, fit }: PictureEncoder): Promise<Uint8Array> =>
  decodePicture(picture, shape, fit);

/** What is wrong with a picture is a fault of its row. */
async function orFault(remedy: string, read: () => Promise<Uint8Array>): Promise<ReadPicture> {
  try {
    return { pixels: await read() };
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    const { code, message } = error;
    return { fault: { code, message, remedy: error.remedy ?? remedy } };
  }
}
