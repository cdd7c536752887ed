/** A classifier as the plain functions that explainers take. */
import * as tf from '@tensorflow/tfjs';
import type { Classifier } from '../classifier.ts';
import type { GradientFunction } from './integrated-gradients.ts';
import type { ModelFunction } from './model-function.ts';

/** What `classifier.predict` answers. */
export function predictionFunction(classifier: Classifier): ModelFunction {
  return (x, rows) => classifier.predict(x, rows);
}

/**
 * What the gradient is the gradient of. Differs from `predictionFunction` for a vote only, whose
 * differentiable part is the mean probability of its members.
 */
export function differentiableFunction(classifier: Classifier): ModelFunction {
  return async (x, rows) => {
    const output = tf.tidy(() =>
      classifier.probabilities(tf.tensor(x, [rows, ...classifier.inputShape])),
    );
    try {
      return await output.data<'float32'>();
    } finally {
      output.dispose();
    }
  };
}

/** Rows are independent, so the gradient of the sum holds the gradient of each. */
export function gradientFunction(classifier: Classifier): GradientFunction {
  return async (x, rows, classIndex) => {
    const gradient = tf.tidy(() => {
      const probability = (input: tf.Tensor) =>
        classifier.probabilities(input).slice([0, classIndex], [rows, 1]).sum<tf.Scalar>();
      return tf.grad(probability)(tf.tensor(x, [rows, ...classifier.inputShape]));
    });
    try {
      return await gradient.data<'float32'>();
    } finally {
      gradient.dispose();
    }
  };
}
