import * as tf from '@tensorflow/tfjs';
import { brokenModel } from '../import-fault.ts';
import type { Answer, Feed } from './foreign-runtime.ts';

/** @param types  of each feed, as TensorFlow.js names them. */
export async function runTensors(
  feeds: readonly Feed[],
  types: readonly string[],
  run: (inputs: tf.NamedTensorMap) => Promise<tf.Tensor>,
): Promise<Answer> {
  const tensors = feeds.map(({ shape, values }, index) =>
    types[index] === 'int32'
      ? tf.tensor(Int32Array.from(values), [...shape], 'int32')
      : tf.tensor(values, [...shape]),
  );
  try {
    const inputs = feeds.map(({ name }, index) => [name, tensors[index] as tf.Tensor] as const);
    const output = await run(Object.fromEntries(inputs));
    try {
      return { shape: output.shape, values: Float32Array.from(await output.data()) };
    } finally {
      output.dispose();
    }
  } catch (cause) {
    throw brokenModel('it fails on rows of its own shape', cause);
  } finally {
    tf.dispose(tensors);
  }
}
