import { CounterRandom } from '../random.ts';
import { accuracyOf, predictedClasses } from './metrics.ts';

/** Draws averaged over: one draw of a small part says more about luck than about the model. */
const NOISE_DRAWS = 5;

export interface NoiseOptions {
  readonly predict: (x: Float32Array, rows: number) => Promise<ArrayLike<number>>;
  /** `[rows, values]`, encoded. */
  readonly x: Float32Array;
  /** For each value of a row, whether it is a token, which noise would make another word of. */
  readonly tokens: readonly boolean[];
  /** `[rows]`, true class indices; not empty. */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  /** In units of the encoded input. */
  readonly standardDeviation: number;
  /** Accuracy without noise. */
  readonly accuracy: number;
  readonly seed: number;
}

export interface NoiseFigure {
  readonly standardDeviation: number;
  /** Mean over the draws. */
  readonly accuracy: number;
  /** Accuracy lost; negative where noise happened to help. */
  readonly drop: number;
}

/**
 * Accuracy when independent Gaussian noise is added to every encoded value but tokens, averaged over
 * 5 draws. The noise is drawn from (seed, `audit-noise`, draw): the same for every model, and for
 * every standard deviation but for the scale.
 *
 * @see Hendrycks and Dietterich 2019, Benchmarking Neural Network Robustness to Common
 * Corruptions and Perturbations, arXiv:1903.12261
 */
export async function noiseRobustness(options: NoiseOptions): Promise<NoiseFigure> {
  const { labels, classes, standardDeviation, accuracy, tokens } = options;
  let sum = 0;
  for (let draw = 0; draw < NOISE_DRAWS; draw += 1) {
    const random = new CounterRandom({ seed: options.seed, stream: 'audit-noise', step: draw });
    const noisy = options.x.map((value, at) => {
      const noise = standardDeviation * random.normal();
      return tokens[at % tokens.length] === true ? value : value + noise;
    });
    const values = await options.predict(noisy, labels.length);
    const table = { values, rows: labels.length, classes };
    sum += accuracyOf(labels, predictedClasses(table));
  }
  const noisyAccuracy = sum / NOISE_DRAWS;
  return { standardDeviation, accuracy: noisyAccuracy, drop: accuracy - noisyAccuracy };
}
