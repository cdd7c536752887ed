/** IDX, the format of MNIST: a file of pictures and a file of labels. */
import { gunzipSync } from 'node:zlib';
import { PipelineError } from '../../errors.ts';
import { MAX_SOURCE_BYTES } from '../source-file.ts';
import type { Table } from '../table.ts';

const UNSIGNED_BYTE = 0x08;

export interface IdxFiles {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

interface IdxArray {
  /** `[items, ...]`. */
  readonly sizes: readonly number[];
  readonly data: Uint8Array;
}

/**
 * The columns `image` and `label`; with test files `part` too, `train` for the first files and `test`
 * for the second.
 *
 * @throws PipelineError `DATA_INVALID` for a file that is damaged or does not fit the other;
 * `SPEC_UNSUPPORTED` for values other than bytes; `DATA_TOO_LARGE` over 1 GiB unpacked.
 * @see http://yann.lecun.com/exdb/mnist/
 */
export function readIdx(train: IdxFiles, test?: IdxFiles): Table {
  const parts = [readPair(train, 'the files of the training part')];
  if (test) parts.push(readPair(test, 'the files of the test part'));
  const shapes = parts.map(({ shape }) => shape.join('×'));
  if (new Set(shapes).size > 1) {
    throw invalid(`the training part has pictures of ${shapes[0]}, the test part of ${shapes[1]}`);
  }
  const labels = parts.flatMap(({ labels: some }) => Array.from(some, String));
  const names = parts.flatMap(({ labels: some }, part) =>
    Array.from(some, () => (part === 0 ? 'train' : 'test')),
  );
  const first = parts[0] as IdxPair;
  const picture = (row: number): Uint8Array => {
    const size = first.shape[0] * first.shape[1] * first.shape[2];
    const own = row < first.labels.length ? first : (parts[1] as IdxPair);
    const at = (own === first ? row : row - first.labels.length) * size;
    return own.pixels.subarray(at, at + size);
  };
  return {
    columns: test ? ['image', 'label', 'part'] : ['image', 'label'],
    cells: [labels.map((_, row) => `picture ${row}`), labels, ...(test ? [names] : [])],
    pictures: new Map([
      ['image', (row) => Promise.resolve({ type: 'raw', shape: first.shape, data: picture(row) })],
    ]),
  };
}

interface IdxPair {
  readonly shape: readonly [number, number, number];
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

function readPair(files: IdxFiles, what: string): IdxPair {
  const images = readArray(files.images, `${what}: images`);
  const labels = readArray(files.labels, `${what}: labels`);
  const [count = 0, height = 0, width = 0, channels = 1] = images.sizes;
  if (images.sizes.length < 3 || images.sizes.length > 4 || ![1, 3].includes(channels)) {
    throw invalid(`${what}: pictures of [${images.sizes.slice(1).join(', ')}]`);
  }
  if (labels.sizes.length !== 1) {
    throw invalid(`${what}: labels of ${labels.sizes.length} axes; there must be one a picture`);
  }
  if (labels.sizes[0] !== count) {
    throw invalid(`${what}: ${count} pictures, but ${labels.sizes[0]} labels`);
  }
  return { shape: [height, width, channels], pixels: images.data, labels: labels.data };
}

/** The sizes are believed only where the file has exactly the bytes that they ask for. */
function readArray(bytes: Uint8Array, what: string): IdxArray {
  const plain = unpack(bytes, what);
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  if (plain.byteLength < 4 || view.getUint16(0) !== 0) throw invalid(`${what}: no IDX file`);
  const type = view.getUint8(2);
  const axes = view.getUint8(3);
  if (type !== UNSIGNED_BYTE) {
    const found = `IDX values of type 0x${type.toString(16).padStart(2, '0')}`;
    throw new PipelineError('SPEC_UNSUPPORTED', `${what}: ${found}; only bytes (0x08) are read`);
  }
  const start = 4 + 4 * axes;
  if (axes === 0 || axes > 4 || plain.byteLength < start) throw invalid(`${what}: a broken header`);
  const sizes = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const wanted = sizes.reduce((product, size) => product * size, 1);
  const found = plain.byteLength - start;
  if (wanted === 0) throw invalid(`${what}: it holds nothing`);
  if (found !== wanted) {
    throw invalid(`${what}: the header asks for ${wanted} values; the file has ${found}`);
  }
  return { sizes, data: plain.subarray(start) };
}

function unpack(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_SOURCE_BYTES });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      const found = `it unpacks to over ${MAX_SOURCE_BYTES} bytes`;
      throw new PipelineError('DATA_TOO_LARGE', `${what}: ${found}`, { cause });
    }
    throw invalid(`${what}: it cannot be unpacked: ${(cause as Error).message}`, cause);
  }
}

const invalid = (found: string, cause?: unknown): PipelineError =>
  new PipelineError('DATA_INVALID', `The IDX source: ${found}`, { cause });
