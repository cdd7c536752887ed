/** Pictures seen a little moved, scaled and turned, differentiable by their pixels. */
import * as tf from '@tensorflow/tfjs';
import type { CounterRandom } from '../random.ts';

/** How one step of the ascent looks at its pictures. */
export interface View {
  /** In pixels of the picture. */
  readonly moveX: number;
  readonly moveY: number;
  /** Above 1 makes things larger. */
  readonly scale: number;
  /** Radians. */
  readonly turn: number;
  /** Pixels of grey around the picture that come into view. */
  readonly pad: number;
}

/** The pixels of the reference are of a picture of this side; smaller ones move less. */
const REFERENCE_SIDE = 224;
const PAD = 12;
const JITTER = 8;
const LAST_JITTER = 4;
const SCALE = 0.1;
const TURN = (10 * Math.PI) / 180;
/** Around the picture. */
const GREY = 0.5;

/** @see Olah, Mordvintsev and Schubert 2017, Feature Visualization; lucid's `standard_transforms` */
export function drawView(random: CounterRandom, side: number): View {
  const share = Math.min(1, side / REFERENCE_SIDE);
  const within = (size: number): number => (2 * random.uniform() - 1) * size;
  // A crop of `jitter` pixels moves by half of it to either side.
  const move = (): number => share * (within(JITTER / 2) + within(LAST_JITTER / 2));
  return {
    moveX: move(),
    moveY: move(),
    scale: 1 + within(SCALE),
    turn: within(TURN),
    pad: share * PAD,
  };
}

/**
 * Every step is a product with a matrix of weights between neighbouring pixels: TensorFlow.js has no
 * gradient for its own rotation and resizing. The turn is three shears.
 *
 * @param pictures  `[pictures, height, width, channels]`.
 * @returns of the same shape. Call inside `tf.tidy`.
 * @see Paeth 1986, A Fast Algorithm for General Raster Rotation
 */
export function lookAt(pictures: tf.Tensor4D, view: View): tf.Tensor4D {
  const [count, height, width, channels] = pictures.shape;
  const centred = tf.sub(pictures, GREY);
  // [height, width, count · channels]: rows and columns are moved alike in all pictures.
  const flat = tf.reshape(tf.transpose(centred, [1, 2, 0, 3]), [height, width, count * channels]);
  const rows = scaling(height, { ...view, move: view.moveY });
  const columns = scaling(width, { ...view, move: view.moveX });
  const tall = tf.matMul(rows, tf.reshape(flat, [height, width * count * channels]));
  const scaled = tf.matMul<tf.Tensor3D>(
    tf.tile(tf.expandDims(columns, 0), [height, 1, 1]),
    tf.reshape(tall, [height, width, count * channels]),
  );
  const slant = Math.tan(view.turn / 2);
  const turned = shearRows(shearColumns(shearRows(scaled, slant), -Math.sin(view.turn)), slant);
  const back = tf.reshape(turned, [height, width, count, channels]);
  return tf.add<tf.Tensor4D>(tf.transpose(back, [2, 0, 1, 3]), GREY);
}

/** `[size, size]`: of each pixel that is seen, the shares of the pixels that it shows. */
function scaling(
  size: number,
  { scale, pad, move }: { readonly scale: number; readonly pad: number; readonly move: number },
): tf.Tensor2D {
  const middle = (size - 1) / 2;
  const step = (size + pad) / size / scale;
  const seen = Array.from({ length: size }, (_, at) => middle + (at - middle) * step + move);
  return weightsAt(tf.tensor2d(seen, [size, 1]), size) as tf.Tensor2D;
}

/** Moves each row to the side by its distance from the middle. */
function shearRows(pixels: tf.Tensor3D, slant: number): tf.Tensor3D {
  const [height, width] = pixels.shape;
  const shifts = tf.mul(tf.sub(tf.range(0, height), (height - 1) / 2), slant);
  const seen = tf.add(
    tf.reshape(tf.range(0, width), [1, width, 1]),
    tf.reshape(shifts, [height, 1, 1]),
  );
  return tf.matMul<tf.Tensor3D>(weightsAt(seen, width), pixels);
}

const shearColumns = (pixels: tf.Tensor3D, slant: number): tf.Tensor3D =>
  tf.transpose(shearRows(tf.transpose(pixels, [1, 0, 2]), slant), [1, 0, 2]);

/** Linear between the two nearest of 0 … size−1; beyond them, nothing. */
const weightsAt = (seen: tf.Tensor, size: number): tf.Tensor =>
  tf.relu(tf.sub(1, tf.abs(tf.sub(seen, tf.range(0, size)))));
