import { PipelineError } from '../../errors.ts';
import { productOf } from '../architectures/infer-shapes.ts';
import type { Network } from '../network.ts';
import { type Plane, shrinkPlane } from './shrink-plane.ts';

export interface FirstLayer {
  readonly name: string;
  readonly type: 'conv2d' | 'dense';
  /** How many filters it has, of which the first 64 follow. */
  readonly count: number;
  /** Weights, averaged over the channels. */
  readonly filters: readonly Plane[];
}

/** More could not be told apart. */
const MOST_FILTERS = 64;
const LARGEST_SIDE = 32;

/**
 * The first layer of a network that sees pixels: its first 2-D convolution, or a dense layer over the
 * whole picture.
 *
 * @throws PipelineError `MODEL_UNSUPPORTED` for a network whose input is no picture, or none of whose
 * layers sees it.
 */
export function firstLayerOf(network: Network): FirstLayer {
  const { architecture, shapes } = network;
  const { inputShape, layers } = architecture;
  let position = 0;
  for (const [index, { name, weights }] of shapes.entries()) {
    const type = layers[index]?.type;
    const kernel = weights[0]?.shape ?? [];
    const isDense = type === 'dense' && kernel[0] === productOf(inputShape);
    if (inputShape.length === 3 && (type === 'conv2d' || isDense)) {
      const tensor = network.weightTensors()[position]?.tensor;
      const shape = isDense ? [...inputShape, kernel[1] ?? 0] : kernel;
      return { name, type, ...planesOf(shape, tensor?.dataSync<'float32'>() ?? []) };
    }
    position += weights.length;
  }
  throw new PipelineError(
    'MODEL_UNSUPPORTED',
    `no layer of the model sees the pixels of a picture; its input is [${inputShape.join(', ')}]`,
    { remedy: 'leave the picture first-layer-filters out' },
  );
}

/** @param shape  `[height, width, channels, filters]`. */
function planesOf(
  [height = 0, width = 0, channels = 0, count = 0]: readonly number[],
  weights: ArrayLike<number>,
): Pick<FirstLayer, 'count' | 'filters'> {
  const filters = Array.from({ length: Math.min(count, MOST_FILTERS) }, (_, filter) => {
    const values = Float64Array.from({ length: height * width }, (__, pixel) => {
      let sum = 0;
      for (let channel = 0; channel < channels; channel += 1) {
        sum += weights[(pixel * channels + channel) * count + filter] ?? 0;
      }
      return sum / channels;
    });
    return shrinkPlane({ height, width, values }, LARGEST_SIDE);
  });
  return { count, filters };
}
