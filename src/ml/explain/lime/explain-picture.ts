import type { ImageEncoder, PictureEncoder } from '../../../data/dataset.ts';
import { CounterRandom } from '../../random.ts';
import type { ExplainContext, RowToExplain } from '../local-method.ts';
import { pictureNeighbourhood } from './picture-neighbourhood.ts';
import { explainBySurrogate } from './surrogate-explanation.ts';
import { superpixels, type Picture } from './superpixels.ts';

const USUAL_SAMPLES = 1000;
const USUAL_WIDTH = 0.25;
const USUAL_SEGMENTS = 50;
/** Of small pictures. */
const FEWEST_PIXELS = 4;

/** LIME of a picture: which of its superpixels speak for the class. */
export function explainPicture(target: RowToExplain, classIndex: number, context: ExplainContext) {
  const { kernelWidth, seed } = context.settings;
  const picture: Picture = { x: target.x, shape: shapeOf(context) };
  const segments = superpixels(picture, { segments: segmentsOf(context) });
  const random = new CounterRandom({ seed, stream: 'explain-lime', step: target.row });
  const near = pictureNeighbourhood({ picture, segments, kernelWidth, random });
  const nameOf = (feature: number) => nameOfSegment(segments, feature, picture.shape[1]);
  const placesOf = (feature: number) => valuesOf(segments, feature, picture.shape[2]);
  const usual = { samples: USUAL_SAMPLES, features: near.features };
  return explainBySurrogate({ near, nameOf, placesOf, usual }, classIndex, context);
}

export function pictureSettings(context: ExplainContext) {
  const { samples, features, kernelWidth } = context.settings;
  return {
    domain: 'picture',
    samples: samples ?? USUAL_SAMPLES,
    features: features ?? 'all',
    kernelWidth: kernelWidth ?? USUAL_WIDTH,
    segmentation: 'slic',
    segments: segmentsOf(context),
  };
}

function shapeOf({ manifest }: ExplainContext): Picture['shape'] {
  return (manifest.encoders[0] as ImageEncoder | PictureEncoder).shape;
}

function segmentsOf(context: ExplainContext): number {
  const [height, width] = shapeOf(context);
  const pixels = height * width;
  const wanted = context.settings.segments ?? USUAL_SEGMENTS;
  return Math.max(1, Math.min(wanted, Math.ceil(pixels / FEWEST_PIXELS)));
}

/** By where its middle is and how much of the picture it takes, which a person can find. */
function nameOfSegment(segments: Int32Array, segment: number, width: number): string {
  let [x, y, size] = [0, 0, 0];
  segments.forEach((own, pixel) => {
    if (own !== segment) return;
    x += pixel % width;
    y += Math.floor(pixel / width);
    size += 1;
  });
  const share = ((100 * size) / segments.length).toFixed(1);
  return `superpixel at x ${Math.round(x / size)}, y ${Math.round(y / size)} (${share} %)`;
}

function valuesOf(segments: Int32Array, segment: number, channels: number): Int32Array {
  let pixels = 0;
  for (const own of segments) if (own === segment) pixels += 1;
  const values = new Int32Array(pixels * channels);
  let at = 0;
  segments.forEach((own, pixel) => {
    if (own !== segment) return;
    for (let channel = 0; channel < channels; channel += 1) {
      values[at] = pixel * channels + channel;
      at += 1;
    }
  });
  return values;
}
