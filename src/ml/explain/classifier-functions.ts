/** A classifier as the plain functions that explainers take. */
import * as tf from '@tensorflow/tfjs';
import type { Classifier } from '../classifier.ts';
import type { MissGradient } from './counterfactual/wachter-search.ts';
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

/** Of a class's probability, which for a vote is the mean of its members. */
export function gradientFunction(classifier: Classifier): GradientFunction {
  return gradientOf(classifier, (x) => classifier.probabilities(x));
}

/**
 * Of a class's score before the softmax, which still has a slope where the probability is 1. Of
 * several models, which have no such score, of the logarithm of the probability.
 */
export function scoreGradientFunction(classifier: Classifier): GradientFunction {
  const { network } = classifier;
  if (network) return gradientOf(classifier, (x) => network.logits(x));
  return gradientOf(classifier, (x) => tf.log(classifier.probabilities(x)));
}

/** Of (1 − p)²: what is missing to a class. */
export function missGradientFunction(classifier: Classifier): MissGradient {
  return gradientOf(classifier, (x) => tf.square(tf.sub(1, classifier.probabilities(x))));
}

/** Rows are independent, so the gradient of the sum holds the gradient of each. */
function gradientOf(
  { inputShape }: Classifier,
  answer: (x: tf.Tensor) => tf.Tensor2D,
): GradientFunction {
  return async (x, rows, classIndex) => {
    const gradient = tf.tidy(() => {
      const sum = (input: tf.Tensor) =>
        answer(input).slice([0, classIndex], [rows, 1]).sum<tf.Scalar>();
      return tf.grad(sum)(tf.tensor(x, [rows, ...inputShape]));
    });
    try {
      return await gradient.data<'float32'>();
    } finally {
      gradient.dispose();
    }
  };
}
