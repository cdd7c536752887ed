import { CounterRandom } from '../../random.ts';
import { differentiableFunction, gradientFunction } from '../classifier-functions.ts';
import { drawPathPoints, expectedGradients } from '../expected-gradients.ts';
import type { LocalMethod } from '../local-method.ts';

const USUAL_SAMPLES = 200;

export const expectedGradientsMethod: LocalMethod = {
  reads: 'background',
  settings: ({ background, settings: { samples = USUAL_SAMPLES, seed } }) => ({
    background: background.rows,
    samples,
    seed,
  }),

  explain({ row, x }, classIndex, { classifier, background, settings, onBatch }) {
    const { samples = USUAL_SAMPLES, seed } = settings;
    const random = new CounterRandom({ seed, stream: 'explain-paths', step: row });
    return expectedGradients({
      model: differentiableFunction(classifier),
      gradient: gradientFunction(classifier),
      row: x,
      background,
      classIndex,
      draws: drawPathPoints(random, samples, background.rows),
      onBatch,
    });
  },
};
