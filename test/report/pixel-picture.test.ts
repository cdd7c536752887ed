import sharp from 'sharp';
import { pixelPicture } from '../../src/report/pixel-picture.ts';

const bytesOf = (uri: string): Buffer => Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64');

it.each([1, 3])(
  'draws a large picture of %i channels as a PNG that others read',
  async (channels) => {
    const [height, width] = [40, 50];
    const pixels = Array.from(
      { length: height * width * channels },
      (_, index) => (index % 256) / 255,
    );
    const uri = pixelPicture([height, width, channels], pixels);
    expect(uri).toMatch(/^data:image\/png;base64,/);
    const { data, info } = await sharp(bytesOf(uri))
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ height, width, channels });
    expect([...data]).toEqual(pixels.map((value) => Math.round(value * 255)));
  },
);

it('draws a small picture as squares', () => {
  const svg = bytesOf(pixelPicture([1, 2, 1], [0, 1])).toString();
  expect(svg).toContain('<path fill="#ffffff" d="M1 0h1v1h-1z"/>');
});
