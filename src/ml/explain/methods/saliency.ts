import type { ExplainSettings, LocalMethod } from '../local-method.ts';
import { classProbabilities } from '../model-function.ts';
import { scoreGradientFunction } from '../classifier-functions.ts';

/**
 * The gradient of the class's score by every value, or its magnitude.
 *
 * @see Simonyan, Vedaldi and Zisserman 2014, Deep Inside Convolutional Networks, arXiv:1312.6034,
 * section 3
 */
export const saliencyMethod: LocalMethod = {
  reads: 'nothing',
  settings: ({ settings }) => ({ signs: slopeSigns(settings) }),

  async explain({ x }, classIndex, { classifier, model, settings }) {
    const [output = NaN] = await classProbabilities(model, { x, rows: 1 }, classIndex);
    const slopes = await scoreGradientFunction(classifier)(x, 1, classIndex);
    return { ...slopesFound(Float64Array.from(slopes), settings), output, evaluations: 2 };
  },
};

/** Signed only where asked for: the sign of a slope says nothing of for or against the class. */
export const slopeSigns = ({ signs }: ExplainSettings): 'signed' | 'absolute' =>
  signs === 'signed' ? 'signed' : 'absolute';

/** What slopes are as attributions: they promise no sum. */
export function slopesFound(slopes: Float64Array, settings: ExplainSettings) {
  const attributions = slopeSigns(settings) === 'signed' ? slopes : slopes.map(Math.abs);
  return { attributions, baseOutput: null, error: null, samplingError: null };
}
