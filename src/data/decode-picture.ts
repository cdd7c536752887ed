/** PNG and JPEG, and raw pixels, to pixels of a given shape. */
import sharp, { type Sharp } from 'sharp';
import { PipelineError } from '../errors.ts';
import type { Picture } from './picture-bytes.ts';

/** `[height, width, channels]`, with 1 or 3 channels. */
export type PictureShape = readonly [number, number, number];

/**
 * How a picture of other proportions becomes the shape: drawn out of proportion, cut at its sides,
 * or with black beside it.
 */
export type PictureFit = 'fill' | 'cover' | 'contain';

/** A photo of 50 megapixels decodes to 150 MB; a bomb claims far more. */
const MAX_PIXELS = 50_000_000;

// One thread and no vector instructions: the same pixels on every machine of a kind.
sharp.concurrency(1);
sharp.simd(false);
sharp.cache(false);

/**
 * @returns `[height, width, channels]`, 0 to 255; grey for 1 channel. What is transparent is white.
 * @throws PipelineError `DATA_INVALID` for what is no whole PNG or JPEG; `DATA_TOO_LARGE` over 50
 * million pixels, before they are decoded.
 */
export async function decodePicture(
  picture: Picture,
  [height, width, channels]: PictureShape,
  fit: PictureFit,
): Promise<Uint8Array> {
  const [ownHeight, ownWidth, ownChannels] = picture.type === 'raw' ? picture.shape : [];
  if (
    picture.type === 'raw' &&
    ownHeight === height &&
    ownWidth === width &&
    ownChannels === channels
  ) {
    return picture.data;
  }
  const where =
    picture.type === 'file' ? `The picture ${JSON.stringify(picture.path)}` : 'A picture';
  try {
    const opened = (await open(picture, where)).resize({ width, height, fit, background: '#000' });
    const coloured = channels === 1 ? opened.toColourspace('b-w') : opened.toColourspace('srgb');
    const { data, info } = await coloured
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.width === width && info.height === height && info.channels === channels) return data;
    throw new Error(`it became ${info.height}×${info.width}×${info.channels}`);
  } catch (cause) {
    throw asDataError(cause, where);
  }
}

/** `[height, width]` of a picture as it lies, turned upright. @throws as `decodePicture`. */
export async function pictureSize(picture: Picture): Promise<readonly [number, number]> {
  if (picture.type === 'raw') return [picture.shape[0], picture.shape[1]];
  const where = `The picture ${JSON.stringify(picture.path)}`;
  try {
    requireKnown(picture.bytes, where);
    const { autoOrient } = await sharp(picture.bytes, OPTIONS).metadata();
    return [autoOrient.height, autoOrient.width];
  } catch (cause) {
    throw asDataError(cause, where);
  }
}

const OPTIONS = { limitInputPixels: MAX_PIXELS, failOn: 'truncated', pages: 1 } as const;

async function open(picture: Picture, where: string): Promise<Sharp> {
  if (picture.type === 'raw') {
    const [height, width, channels] = picture.shape;
    return sharp(picture.data, { raw: { width, height, channels: channels as 1 | 3 } });
  }
  requireKnown(picture.bytes, where);
  const image = sharp(picture.bytes, OPTIONS);
  const { width, height } = await image.metadata();
  if (width * height > MAX_PIXELS) {
    const found = `${width}×${height} pixels; at most ${MAX_PIXELS} are decoded`;
    throw new PipelineError('DATA_TOO_LARGE', `${where} has ${found}`);
  }
  return image.autoOrient().flatten({ background: '#fff' });
}

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const JPEG = Buffer.from('ffd8ff', 'hex');

/** Other formats, such as SVG, would let a file name other files. */
function requireKnown(bytes: Uint8Array, where: string): void {
  const starts = (magic: Buffer): boolean => magic.equals(bytes.subarray(0, magic.length));
  if (starts(PNG) || starts(JPEG)) return;
  throw new PipelineError('DATA_INVALID', `${where} is neither PNG nor JPEG`);
}

function asDataError(cause: unknown, where: string): PipelineError {
  if (cause instanceof PipelineError) return cause;
  const said = (cause instanceof Error ? cause.message : String(cause)).slice(0, 200);
  const code = /pixel limit/i.test(said) ? 'DATA_TOO_LARGE' : 'DATA_INVALID';
  return new PipelineError(code, `${where} cannot be decoded: ${said}`, { cause });
}
