import * as tf from '@tensorflow/tfjs';
import type { Network } from '../network.ts';

export interface LayerGradients {
  /** `[...layer's output]`, of one row. */
  readonly activations: Float32Array;
  /** Gradient of the class's score, before the softmax, by them. */
  readonly gradients: Float32Array;
}

export interface LayerQuestion {
  /** `[values]`. */
  readonly x: Float32Array;
  /** Index of the layer. */
  readonly layer: number;
  readonly classIndex: number;
}

/**
 * What a layer gives for a row, and the gradient of a class's score by that. Found by adding zeros
 * to the layer's output and deriving by these, so that layers which pass it by are right too.
 */
export async function layerGradients(
  network: Network,
  { x, layer, classIndex }: LayerQuestion,
): Promise<LayerGradients> {
  const { inputShape } = network.architecture;
  const shape = [1, ...(network.shapes[layer]?.outputShape ?? [])];
  const found = tf.tidy(() => {
    const row = tf.tensor(x, [1, ...inputShape]);
    let activations: tf.Tensor | undefined;
    const score = (zeros: tf.Tensor): tf.Scalar => {
      const pass = (output: tf.Tensor): tf.Tensor => {
        activations = tf.keep(output.clone());
        return tf.add(output, zeros);
      };
      return tf.sum(tf.slice(network.tappedLogits(row, { layer, pass }), [0, classIndex], [1, 1]));
    };
    const gradients = tf.grad(score)(tf.zeros(shape));
    return { activations: activations as unknown as tf.Tensor, gradients };
  });
  try {
    return {
      activations: await found.activations.data<'float32'>(),
      gradients: await found.gradients.data<'float32'>(),
    };
  } finally {
    tf.dispose([found.activations, found.gradients]);
  }
}
