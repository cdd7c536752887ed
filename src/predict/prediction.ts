/** What is said of one row. */
import { likeliestClass } from '../ml/audit/metrics.ts';

export interface Prediction {
  readonly class: string;
  /** The probability of `class`. */
  readonly confidence: number;
  /** By class, in the order of the classes; sums to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** The place of the likeliest class, the first of equals. */
export const likeliest = (probabilities: Float32Array): number =>
  likeliestClass({ values: probabilities, rows: 1, classes: probabilities.length }, 0);

/** @param probabilities  `[classes]`. */
export function predictionOf(classes: readonly string[], probabilities: Float32Array): Prediction {
  const best = likeliest(probabilities);
  return {
    class: classes[best] as string,
    confidence: probabilities[best] as number,
    // Unlike assignment this keeps a class that is called `__proto__`.
    probabilities: Object.fromEntries(
      classes.map((name, index) => [name, probabilities[index] as number]),
    ),
  };
}
