/** Pixels as a PNG, for pictures that are too large to be drawn square by square. */
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const GREY = 0;
const RGB = 2;

/**
 * @param shape   `[height, width, channels]`, 1 channel grey, 3 red, green, blue.
 * @param pixels  in [0, 1], row by row, channels last.
 * @see https://www.w3.org/TR/png-3/
 */
export function pixelPng(shape: readonly number[], pixels: readonly number[]): Buffer {
  const [height = 0, width = 0, channels = 1] = shape;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, channels === 3 ? RGB : GREY, 0, 0, 0], 8);
  const line = width * channels;
  // Each line begins with the number of its filter, 0: none.
  const lines = Buffer.alloc(height * (line + 1));
  pixels.forEach((value, index) => {
    const at = Math.floor(index / line) * (line + 1) + 1 + (index % line);
    lines[at] = Math.round(255 * Math.min(1, Math.max(0, value)));
  });
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
