import { labColours } from './lab-colours.ts';
import { joinSegments } from './join-segments.ts';

export interface Picture {
  /** `[height, width, channels]` of values; colours from 0 to 1. */
  readonly x: Float32Array;
  readonly shape: readonly [height: number, width: number, channels: number];
}

export interface SuperpixelOptions {
  /** About so many. */
  readonly segments: number;
  /** How much nearness counts beside colour. @default 10 */
  readonly compactness?: number;
}

const ROUNDS = 10;

interface Centres {
  /** `[centres, 3]`. */
  readonly colours: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Divides a picture into connected segments of like colour by SLIC: k-means of colour and place, each
 * centre looking no further than twice the grid's step.
 *
 * @returns `[height, width]`, the number of each pixel's segment, from 0, without gaps.
 * @see Achanta et al. 2012, SLIC Superpixels Compared to State-of-the-art Superpixel Methods
 */
export function superpixels(picture: Picture, options: SuperpixelOptions): Int32Array {
  const { segments, compactness = 10 } = options;
  const [height, width] = picture.shape;
  const colours = labColours(picture);
  const step = Math.sqrt((height * width) / segments);
  const centres = gridCentres(colours, picture.shape, step);
  const labels = new Int32Array(height * width);
  const nearest = new Float64Array(height * width);
  const scale = (compactness / step) ** 2;
  for (let round = 0; round < ROUNDS; round += 1) {
    nearest.fill(Infinity);
    for (let centre = 0; centre < centres.x.length; centre += 1) {
      claimPixels({ colours, height, width, labels, nearest, scale, step }, centres, centre);
    }
    moveCentres(centres, colours, labels, width);
  }
  return joinSegments(labels, [height, width], (step * step) / 4);
}

function gridCentres(
  colours: Float32Array,
  [height, width]: Picture['shape'],
  step: number,
): Centres {
  const columns = Math.max(1, Math.round(width / step));
  const rows = Math.max(1, Math.round(height / step));
  const count = columns * rows;
  const centres = {
    colours: new Float64Array(3 * count),
    x: new Float64Array(count),
    y: new Float64Array(count),
  };
  for (let index = 0; index < count; index += 1) {
    const x = Math.floor((((index % columns) + 0.5) * width) / columns);
    const y = Math.floor(((Math.floor(index / columns) + 0.5) * height) / rows);
    centres.x[index] = x;
    centres.y[index] = y;
    const at = 3 * (y * width + x);
    centres.colours.set(colours.subarray(at, at + 3), 3 * index);
  }
  return centres;
}

interface Claim {
  readonly colours: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly labels: Int32Array;
  readonly nearest: Float64Array;
  readonly scale: number;
  readonly step: number;
}

function claimPixels(claim: Claim, centres: Centres, centre: number): void {
  const { colours, height, width, labels, nearest, scale, step } = claim;
  const [cx, cy] = [centres.x[centre] as number, centres.y[centre] as number];
  const [l, a, b] = centres.colours.subarray(3 * centre, 3 * centre + 3) as unknown as number[];
  const left = Math.max(0, Math.ceil(cx - step));
  const right = Math.min(width - 1, Math.floor(cx + step));
  const bottom = Math.min(height - 1, Math.floor(cy + step));
  for (let y = Math.max(0, Math.ceil(cy - step)); y <= bottom; y += 1) {
    for (let x = left; x <= right; x += 1) {
      const at = y * width + x;
      const dl = (colours[3 * at] as number) - (l as number);
      const da = (colours[3 * at + 1] as number) - (a as number);
      const db = (colours[3 * at + 2] as number) - (b as number);
      const [dx, dy] = [x - cx, y - cy];
      const distance = dl * dl + da * da + db * db + scale * (dx * dx + dy * dy);
      if (distance < (nearest[at] as number)) {
        nearest[at] = distance;
        labels[at] = centre;
      }
    }
  }
}

/** To the mean of its pixels; a centre without any stays. */
function moveCentres(
  centres: Centres,
  colours: Float32Array,
  labels: Int32Array,
  width: number,
): void {
  const count = centres.x.length;
  const sums = new Float64Array(5 * count);
  const sizes = new Int32Array(count);
  for (let at = 0; at < labels.length; at += 1) {
    const centre = labels[at] as number;
    const to = 5 * centre;
    sizes[centre]! += 1;
    sums[to]! += colours[3 * at] as number;
    sums[to + 1]! += colours[3 * at + 1] as number;
    sums[to + 2]! += colours[3 * at + 2] as number;
    sums[to + 3]! += at % width;
    sums[to + 4]! += Math.floor(at / width);
  }
  for (let centre = 0; centre < count; centre += 1) {
    const size = sizes[centre] as number;
    if (size === 0) continue;
    const from = 5 * centre;
    for (let channel = 0; channel < 3; channel += 1) {
      centres.colours[3 * centre + channel] = (sums[from + channel] as number) / size;
    }
    centres.x[centre] = (sums[from + 3] as number) / size;
    centres.y[centre] = (sums[from + 4] as number) / size;
  }
}
