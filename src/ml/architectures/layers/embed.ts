import * as tf from '@tensorflow/tfjs';
import { PipelineError } from '../../../errors.ts';
import type { EmbeddingBody } from '../../../layers/layer-spec.ts';
import type { LayerCall } from '../layer-call.ts';

/**
 * A row of the table for each token.
 *
 * @throws PipelineError `DATA_INVALID` for a token that is no integer of the vocabulary: backends
 * would read beyond the table.
 */
export function embed(call: LayerCall<EmbeddingBody>): tf.Tensor {
  const { layer, x, weights } = call;
  const [table] = weights as [tf.Tensor2D];
  return tf.reshape(lookUp(table, tokensOf(call)), [...x.shape, layer.units]);
}

function tokensOf({ layer, x, given, training }: LayerCall<EmbeddingBody>): tf.Tensor1D {
  const { vocabulary } = layer;
  const feeds = training?.feeds;
  return given && feeds
    ? (feeds.tensor([x.size], (pass) => readTokens(given(pass), vocabulary)) as tf.Tensor1D)
    : tf.tensor1d(readTokens(x.dataSync<'float32'>(), vocabulary), 'int32');
}

function readTokens(values: Float32Array, vocabulary: number): Int32Array {
  const wrong = values.find(
    (value) => !Number.isInteger(value) || value < 0 || value >= vocabulary,
  );
  if (wrong === undefined) return Int32Array.from(values);
  throw new PipelineError(
    'DATA_INVALID',
    `The embedding knows the tokens 0 to ${vocabulary - 1}, the data has ${wrong}`,
    { remedy: 'read the column as text, or set the vocabulary of the embedding' },
  );
}

/** @returns `[tokens, units]`. */
function lookUp(table: tf.Tensor2D, tokens: tf.Tensor1D): tf.Tensor {
  const vocabulary = table.shape[0];
  const gather = tf.customGrad((values, save) => {
    // The tokens are no input to differentiate by, and must outlive the forward pass.
    (save as tf.GradSaveFunc)([tokens]);
    return {
      value: tf.gather(values as tf.Tensor, tokens),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
        sumByToken(dy as tf.Tensor2D, saved as tf.Tensor1D, vocabulary),
    };
  });
  return gather(table);
}

/** The wasm backend has no UnsortedSegmentSum, and a product with one-hot rows costs by vocabulary. */
function sumByToken(dy: tf.Tensor2D, tokens: tf.Tensor1D, vocabulary: number): tf.Tensor {
  if (tf.getKernel(tf.UnsortedSegmentSum, tf.getBackend())) {
    return tf.unsortedSegmentSum(dy, tokens, vocabulary);
  }
  const units = dy.shape[1];
  const sums = new Float32Array(vocabulary * units);
  const values = dy.dataSync<'float32'>();
  for (const [at, token] of tokens.dataSync<'int32'>().entries()) {
    for (let unit = 0; unit < units; unit += 1) {
      const place = token * units + unit;
      sums[place] = (sums[place] as number) + (values[at * units + unit] as number);
    }
  }
  return tf.tensor2d(sums, [vocabulary, units]);
}
