import type { AdaptiveOutcome } from '../adaptive.ts';
import type { ExplainContext, Found } from '../local-method.ts';
import { classProbabilities } from '../model-function.ts';
import { explainLocally, type Neighbourhood } from './local-surrogate.ts';

export interface NamedNeighbourhood {
  readonly near: Neighbourhood;
  readonly nameOf: (feature: number) => string;
  /** Values of the encoded row that the feature's weight is spread over; may be none. */
  readonly placesOf: (feature: number) => ArrayLike<number>;
  /** Samples and features where the step says nothing of them. */
  readonly usual: { readonly samples: number; readonly features: number };
}

/** @returns the surrogate as an explanation; a weight is spread evenly over its feature's values. */
export async function explainBySurrogate(
  { near, nameOf, placesOf, usual }: NamedNeighbourhood,
  classIndex: number,
  { model, settings, onBatch }: ExplainContext,
): Promise<Found & { readonly outcome?: AdaptiveOutcome }> {
  const found = await explainLocally(near, {
    ...{ model, classIndex, onBatch },
    samples: settings.samples ?? usual.samples,
    limit: settings.features ?? usual.features,
    adaptive: settings.adaptive,
  });
  const { features, coefficients, r2, intercept, localPrediction } = found.surrogate;
  const attributions = new Float64Array(near.values);
  const parts = features.map((feature, index) => {
    const value = coefficients[index] as number;
    const places = placesOf(feature);
    for (let at = 0; at < places.length; at += 1) {
      attributions[places[at] as number]! += value / places.length;
    }
    return { text: nameOf(feature), value };
  });
  return {
    ...{ attributions, output: found.output, baseOutput: null, error: null },
    samplingError: found.samplingError,
    evaluations: found.evaluations,
    parts,
    surrogate: { r2, intercept, localPrediction },
    ...(found.outcome && { outcome: found.outcome }),
  };
}

/** Of a row that has nothing to take away: the model's answer is all there is to say. */
export async function explainByNothing(
  row: Float32Array,
  classIndex: number,
  { model }: ExplainContext,
): Promise<Found> {
  const [output] = await classProbabilities(model, { x: row, rows: 1 }, classIndex);
  const own = output as number;
  return {
    attributions: new Float64Array(row.length),
    ...{ output: own, baseOutput: null, error: null, samplingError: null, evaluations: 1 },
    parts: [],
    surrogate: { r2: 1, intercept: own, localPrediction: own },
  };
}
