import { differentiableFunction, gradientFunction } from '../classifier-functions.ts';
import { integratedGradients } from '../integrated-gradients.ts';
import type { LocalMethod } from '../local-method.ts';

export const integratedGradientsMethod: LocalMethod = {
  reads: 'nothing',
  settings: ({ settings }) => ({
    steps: settings.steps,
    baseline: 'zeros',
    quadrature: 'gauss-legendre',
  }),

  async explain({ x }, classIndex, { classifier, settings, onBatch }) {
    const { gradients: _own, ...found } = await integratedGradients({
      model: differentiableFunction(classifier),
      gradient: gradientFunction(classifier),
      row: x,
      classIndex,
      steps: settings.steps,
      onBatch,
    });
    return found;
  },
};
