import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32c } from '../../../src/ml/tensorboard/crc32c.ts';
import { encodeEventFile } from '../../../src/ml/tensorboard/event-file.ts';

const golden = (name: string): string => path.join(import.meta.dirname, '..', '..', 'golden', name);

describe('crc32c', () => {
  // RFC 3720, appendix B.4; the last is the check value of the CRC catalogue.
  it.each([
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 times 0xff', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    ['31 to 0', Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
    ['123456789', Buffer.from('123456789'), 0xe3069283],
  ])('gives the known answer for %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

describe('encodeEventFile', () => {
  it("writes the bytes that TensorFlow's record writer and protocol buffers write", () => {
    const { events, base64 } = JSON.parse(readFileSync(golden('tensorboard.json'), 'utf8')) as {
      events: Parameters<typeof encodeEventFile>[0];
      base64: string;
    };
    expect(Buffer.from(encodeEventFile(events)).toString('base64')).toBe(base64);
  });
});
