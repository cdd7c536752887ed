import type { CounterRandom } from '../../random.ts';
import { cosineKernel } from './kernel.ts';
import type { Neighbourhood } from './local-surrogate.ts';
import type { Picture } from './superpixels.ts';

const WIDTH = 0.25;

export interface PictureSetting {
  readonly picture: Picture;
  /** `[height, width]`, numbered from 0 without gaps. */
  readonly segments: Int32Array;
  /** @default 0.25 */
  readonly kernelWidth?: number | undefined;
  readonly random: CounterRandom;
}

/**
 * A picture with some of its segments hidden: each by even chance, and replaced by the mean of its own
 * pixels, channel by channel.
 *
 * @see lime 0.2 `lime_image.py`
 */
export function pictureNeighbourhood({
  picture,
  segments,
  kernelWidth = WIDTH,
  random,
}: PictureSetting): Neighbourhood {
  const features = 1 + segments.reduce((largest, segment) => Math.max(largest, segment), 0);
  const hidden = hideSegments(picture, segments, features);
  const runs = runsOf(segments, picture.shape[2]);
  const values = picture.x.length;
  return {
    features,
    values,
    kernel: cosineKernel(features, kernelWidth, 1),
    draw: (count, isFirst) => {
      const masks = drawBits(count * features, random);
      if (isFirst) masks.fill(1, 0, features);
      const rows = (from: number, to: number) => {
        const x = new Float32Array((to - from) * values);
        for (let sample = from; sample < to; sample += 1) {
          const mask = masks.subarray(sample * features, (sample + 1) * features);
          writePicture({ picture, hidden, runs, mask }, x.subarray((sample - from) * values));
        }
        return x;
      };
      return { masks, rows };
    },
  };
}

function drawBits(count: number, random: CounterRandom): Uint8Array {
  const bits = new Uint8Array(count);
  for (let first = 0; first < count; first += 32) {
    const word = random.uint32();
    const size = Math.min(32, count - first);
    for (let bit = 0; bit < size; bit += 1) bits[first + bit] = (word >>> bit) & 1;
  }
  return bits;
}

/** The whole picture in the means of its segments. */
export function hideSegments(
  { x, shape: [, , channels] }: Picture,
  segments: Int32Array,
  count: number,
): Float32Array {
  const sums = new Float64Array(count * channels);
  const sizes = new Int32Array(count);
  segments.forEach((segment, pixel) => {
    sizes[segment]! += 1;
    for (let channel = 0; channel < channels; channel += 1) {
      sums[segment * channels + channel]! += x[pixel * channels + channel] as number;
    }
  });
  return Float32Array.from({ length: x.length }, (_, at) => {
    const segment = segments[Math.floor(at / channels)] as number;
    return (sums[segment * channels + (at % channels)] as number) / (sizes[segment] as number);
  });
}

/** Runs of pixels of one segment: `[segment, end]` pairs in values, back to back. */
function runsOf(segments: Int32Array, channels: number): Int32Array {
  const runs: number[] = [];
  segments.forEach((segment, pixel) => {
    if (segment !== segments[pixel + 1]) runs.push(segment, (pixel + 1) * channels);
  });
  return Int32Array.from(runs);
}

interface Hiding {
  readonly picture: Picture;
  readonly hidden: Float32Array;
  readonly runs: Int32Array;
  readonly mask: Uint8Array;
}

function writePicture({ picture, hidden, runs, mask }: Hiding, out: Float32Array): void {
  out.set(picture.x);
  let from = 0;
  for (let run = 0; run < runs.length; run += 2) {
    const to = runs[run + 1] as number;
    if (mask[runs[run] as number] === 0) {
      for (let at = from; at < to; at += 1) out[at] = hidden[at] as number;
    }
    from = to;
  }
}
