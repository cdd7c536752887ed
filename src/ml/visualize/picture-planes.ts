export interface PictureInput {
  /** `[height, width, channels]`. */
  readonly shape: readonly [number, number, number];
  /** `[height · width · channels]`. */
  readonly pixels: ArrayLike<number>;
  /** Of the same layout. */
  readonly attributions: ArrayLike<number>;
}

export interface PicturePlanes {
  /** At most 64. */
  readonly height: number;
  readonly width: number;
  /** `[height · width]`: mean brightness. */
  readonly grey: Float64Array;
  /** `[height · width]`: summed attribution, so that the whole still adds up. */
  readonly strength: Float64Array;
}

/** More squares would make an SVG of megabytes, and none could be told from its neighbours. */
const LARGEST_SIDE = 64;

/** Joins the channels, and square blocks of pixels where the picture has more than 64 a side. */
export function picturePlanes({ shape, pixels, attributions }: PictureInput): PicturePlanes {
  const [fullHeight, fullWidth, channels] = shape;
  const block = Math.ceil(Math.max(fullHeight, fullWidth) / LARGEST_SIDE);
  const height = Math.ceil(fullHeight / block);
  const width = Math.ceil(fullWidth / block);
  const grey = new Float64Array(height * width);
  const strength = new Float64Array(height * width);
  const counts = new Float64Array(height * width);
  for (let at = 0; at < fullHeight * fullWidth * channels; at += 1) {
    const pixel = Math.floor(at / channels);
    const row = Math.floor(Math.floor(pixel / fullWidth) / block);
    const square = row * width + Math.floor((pixel % fullWidth) / block);
    grey[square]! += pixels[at] ?? 0;
    strength[square]! += attributions[at] ?? 0;
    counts[square]! += 1;
  }
  return { height, width, grey: grey.map((sum, at) => sum / (counts[at] ?? 1)), strength };
}
