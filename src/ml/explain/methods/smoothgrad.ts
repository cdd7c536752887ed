import { CounterRandom } from '../../random.ts';
import { scoreGradientFunction } from '../classifier-functions.ts';
import type { ExplainContext, LocalMethod } from '../local-method.ts';
import { classProbabilities, type RowBlock } from '../model-function.ts';
import { smoothGrad } from '../smoothgrad.ts';
import { slopesFound, slopeSigns } from './saliency.ts';

const USUAL_SAMPLES = 50;
/** Of the range; the paper finds 0.1 to 0.2 best. */
const USUAL_NOISE = 0.15;

export const smoothGradMethod: LocalMethod = {
  reads: 'background',
  settings: ({ background, settings }) => ({
    background: background.rows,
    samples: settings.samples ?? USUAL_SAMPLES,
    noise: settings.noise ?? USUAL_NOISE,
    signs: slopeSigns(settings),
    seed: settings.seed,
  }),

  async explain({ row, x }, classIndex, context) {
    const { classifier, model, settings, onBatch } = context;
    const { samples = USUAL_SAMPLES, noise = USUAL_NOISE, seed } = settings;
    const [output = NaN] = await classProbabilities(model, { x, rows: 1 }, classIndex);
    const random = new CounterRandom({ seed, stream: 'explain-noise', step: row });
    const slopes = await smoothGrad({
      gradient: scoreGradientFunction(classifier),
      row: x,
      classIndex,
      noise: rangesOf(x, context).map((range) => range * noise),
      samples,
      normal: () => random.normal(),
      onBatch,
    });
    return { ...slopesFound(slopes, settings), output, evaluations: samples + 1 };
  },
};

/** Of a picture its own, from its darkest to its brightest value; of other values the background's. */
function rangesOf(x: Float32Array, { classifier, background }: ExplainContext): Float64Array {
  if (classifier.inputShape.length !== 3) return columnRanges(background);
  const ends = x.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)] as const,
    [Infinity, -Infinity] as readonly [number, number],
  );
  return new Float64Array(x.length).fill(ends[1] - ends[0]);
}

function columnRanges({ x, values }: RowBlock): Float64Array {
  const low = new Float64Array(values).fill(Infinity);
  const high = new Float64Array(values).fill(-Infinity);
  x.forEach((value, at) => {
    low[at % values] = Math.min(low[at % values]!, value);
    high[at % values] = Math.max(high[at % values]!, value);
  });
  return high.map((top, index) => top - low[index]!);
}
