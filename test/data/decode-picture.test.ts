import { deflateSync, crc32 } from 'node:zlib';
import sharp from 'sharp';
import { decodePicture, pictureSize } from '../../src/data/decode-picture.ts';
import type { Picture } from '../../src/data/picture-bytes.ts';

const file = (bytes: Uint8Array): Picture => ({
  type: 'file',
  path: 'cats/a.png',
  bytes,
  sha256: '',
});

/** A PNG with a header of its own, whatever its pixels are. */
function png(width: number, height: number, lines: Buffer): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 0], 8);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const end = chunk('IEND', Buffer.alloc(0));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(lines)), end]);
}

/** 2×2: red, green / blue, transparent. */
const COLOURS = await sharp(
  Buffer.from([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 9, 9, 9, 0]),
  { raw: { width: 2, height: 2, channels: 4 } },
)
  .png()
  .toBuffer();

const WEBP = await sharp(COLOURS).webp().toBuffer();
const GIF = await sharp(COLOURS).gif().toBuffer();

describe('a picture', () => {
  it('keeps its colours, and is white where it is transparent', async () => {
    expect([...(await decodePicture(file(COLOURS), [2, 2, 3], 'fill'))]).toEqual([
      255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255,
    ]);
    expect(await pictureSize(file(COLOURS))).toEqual([2, 2]);
  });

  it('becomes grey by luminance', async () => {
    const grey = await decodePicture(file(COLOURS), [2, 2, 1], 'fill');
    const [red = 0, green = 0, blue = 0, white = 0] = grey;
    expect(white).toBe(255);
    expect(green).toBeGreaterThan(red);
    expect(red).toBeGreaterThan(blue);
  });

  it('fits the shape as it is told', async () => {
    const wide = await sharp({
      create: { width: 40, height: 20, channels: 3, background: '#fff' },
    })
      .jpeg()
      .toBuffer();
    const ofEdge = async (fit: 'fill' | 'cover' | 'contain') =>
      (await decodePicture(file(wide), [10, 10, 1], fit))[5] ?? NaN;
    expect(await ofEdge('fill')).toBeGreaterThan(250);
    expect(await ofEdge('cover')).toBeGreaterThan(250);
    expect(await ofEdge('contain')).toBe(0);
    expect(await decodePicture(file(wide), [10, 10, 1], 'contain')).toHaveLength(100);
  });

  it('passes on raw pixels of the shape as they are, and resizes others', async () => {
    const raw: Picture = { type: 'raw', shape: [2, 2, 1], data: Uint8Array.of(0, 0, 255, 255) };
    expect([...(await decodePicture(raw, [2, 2, 1], 'fill'))]).toEqual([0, 0, 255, 255]);
    expect([...(await decodePicture(raw, [2, 2, 3], 'fill'))]).toEqual([
      0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255,
    ]);
  });

  it('is refused before it is decoded where it claims too many pixels', async () => {
    const bomb = png(60_000, 60_000, Buffer.alloc(1_000));
    await expect(decodePicture(file(bomb), [8, 8, 1], 'fill')).rejects.toMatchObject({
      code: 'DATA_TOO_LARGE',
      message: expect.stringContaining('cats/a.png') as string,
    });
  });

  it.each([
    ['cut off', COLOURS.subarray(0, COLOURS.length - 30)],
    ['fewer lines than its header says', png(64, 64, Buffer.alloc(65))],
    [
      'SVG, which may name other files',
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>',
      ),
    ],
    ['WebP', WEBP],
    ['GIF', GIF],
    ['text', Buffer.from('no picture')],
    ['nothing', Buffer.alloc(0)],
    ['only a signature', COLOURS.subarray(0, 8)],
  ])('is refused as %s', async (_, bytes) => {
    await expect(decodePicture(file(bytes), [8, 8, 1], 'fill')).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
  });
});
