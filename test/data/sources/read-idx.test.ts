import { gzipSync } from 'node:zlib';
import { readIdx } from '../../../src/data/sources/read-idx.ts';

function idx(sizes: readonly number[], values: readonly number[], type = 0x08): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.set([0, 0, type, sizes.length]);
  sizes.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, Buffer.from(values)]);
}

const IMAGES = idx([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
const LABELS = idx([2], [7, 3]);

describe('IDX', () => {
  it('gives pictures and labels, packed or not', async () => {
    for (const images of [IMAGES, gzipSync(IMAGES)]) {
      const table = readIdx({ images, labels: gzipSync(LABELS) });
      expect(table.columns).toEqual(['image', 'label']);
      expect(table.cells[1]).toEqual(['7', '3']);
      const picture = await table.pictures?.get('image')?.(1);
      expect(picture).toMatchObject({ type: 'raw', shape: [2, 3, 1] });
      expect(picture?.type === 'raw' && [...picture.data]).toEqual([7, 8, 9, 10, 11, 12]);
    }
  });

  it('puts the test files after the training files, and names the parts', async () => {
    const test = { images: idx([1, 2, 3], [9, 9, 9, 9, 9, 0]), labels: idx([1], [1]) };
    const table = readIdx({ images: IMAGES, labels: LABELS }, test);
    expect(table.cells.slice(1)).toEqual([
      ['7', '3', '1'],
      ['train', 'train', 'test'],
    ]);
    const picture = await table.pictures?.get('image')?.(2);
    expect(picture?.type === 'raw' && [...picture.data]).toEqual([9, 9, 9, 9, 9, 0]);
  });

  it.each([
    ['the header asks for 12 values; the file has 11', IMAGES.subarray(0, -1), LABELS],
    [
      'the header asks for 12 values; the file has 13',
      Buffer.concat([IMAGES, LABELS.subarray(0, 1)]),
      LABELS,
    ],
    ['the header asks for 18446', idx([0xffffffff, 0xffffffff, 1], []), LABELS],
    ['a broken header', IMAGES.subarray(0, 9), LABELS],
    ['no IDX file', Buffer.from('x,y\n1,2\n'), LABELS],
    ['no IDX file', Buffer.alloc(0), LABELS],
    ['it holds nothing', idx([0, 2, 3], []), LABELS],
    ['2 pictures, but 1 labels', IMAGES, idx([1], [7])],
    ['pictures of []', LABELS, LABELS],
    ['labels of 3 axes', IMAGES, IMAGES],
    ['cannot be unpacked', gzipSync(IMAGES).subarray(0, 20), LABELS],
  ])('is refused, saying "%s"', (said, images, labels) => {
    expect(() => readIdx({ images, labels })).toThrow(
      expect.objectContaining({
        code: 'DATA_INVALID',
        message: expect.stringContaining(said) as string,
      }),
    );
  });

  it('is not guessed at where its values are no bytes', () => {
    const floats = idx([1, 1, 1], [0, 0, 0, 0], 0x0d);
    expect(() => readIdx({ images: floats, labels: LABELS })).toThrow(
      expect.objectContaining({ code: 'SPEC_UNSUPPORTED' }),
    );
  });

  it('must have pictures of one size in both parts', () => {
    const test = { images: idx([1, 1, 1], [9]), labels: idx([1], [1]) };
    expect(() => readIdx({ images: IMAGES, labels: LABELS }, test)).toThrow('2×3×1');
  });
});
