/** Draws what happens to a picture. */
import type { CounterRandom } from '../../random.ts';
import { cutOut } from './cutout.ts';
import { flipPicture } from './flip.ts';
import type { Picture } from './picture.ts';
import { warpPicture } from './warp.ts';

export interface PictureAugmentation {
  /** Each axis is mirrored half the time. */
  readonly flip?: 'horizontal' | 'vertical' | 'both' | undefined;
  /** Largest share of height and width that it moves by. */
  readonly shift?: number | undefined;
  /** Largest angle that it turns by, in degrees. */
  readonly rotate?: number | undefined;
  /** Largest share that it grows or shrinks by, below 1. */
  readonly zoom?: number | undefined;
  /** What comes in from outside. @default edge */
  readonly fill?: 'edge' | 'zero' | undefined;
  /** Side of the square that is blanked, as a share of the shorter side. */
  readonly cutout?: number | undefined;
}

export const PICTURE_KEYS = ['flip', 'shift', 'rotate', 'zoom', 'fill', 'cutout'] as const;

/** Mirrors, then turns, enlarges and moves, then blanks; uniform draws, in this order. */
export function augmentPicture(
  picture: Picture,
  augmentation: PictureAugmentation,
  random: CounterRandom,
): void {
  const { flip, cutout } = augmentation;
  for (const axis of ['horizontal', 'vertical'] as const) {
    if ((flip === axis || flip === 'both') && random.uniform() < 0.5) flipPicture(picture, axis);
  }
  warpAtRandom(picture, augmentation, random);
  if (cutout === undefined) return;
  const { height, width } = picture;
  const side = Math.max(1, Math.round(cutout * Math.min(height, width)));
  // Its middle is any pixel, so that it may hang over the edge.
  const start = (size: number) => random.integer(size) - Math.floor(side / 2);
  cutOut(picture, { left: start(width), top: start(height), side });
}

function warpAtRandom(
  picture: Picture,
  { shift, rotate, zoom, fill = 'edge' }: PictureAugmentation,
  random: CounterRandom,
): void {
  if (shift === undefined && rotate === undefined && zoom === undefined) return;
  const within = (largest: number) => (2 * random.uniform() - 1) * largest;
  warpPicture(picture, {
    right: within(shift ?? 0) * picture.width,
    down: within(shift ?? 0) * picture.height,
    angle: (within(rotate ?? 0) * Math.PI) / 180,
    zoom: 1 + within(zoom ?? 0),
    fill,
  });
}
