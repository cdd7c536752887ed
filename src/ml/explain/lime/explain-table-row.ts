import { CounterRandom } from '../../random.ts';
import type { ExplainContext, RowToExplain } from '../local-method.ts';
import type { RowBlock } from '../model-function.ts';
import { explainBySurrogate } from './surrogate-explanation.ts';
import { tableFeatures, type TableFeature } from './table-feature.ts';
import { tableNeighbourhood } from './table-neighbourhood.ts';
import { featureSampler, type FeatureSampler } from './table-sampler.ts';

const USUAL = { samples: 5000, features: 10 };

interface Fitted {
  readonly features: readonly TableFeature[];
  readonly samplers: readonly FeatureSampler[];
}

/** Of training parts whose rows are explained one after the other. */
const FITTED = new WeakMap<RowBlock, Fitted>();

/** LIME of a row of a table: which of its features' bins and categories speak for the class. */
export function explainTableRow(target: RowToExplain, classIndex: number, context: ExplainContext) {
  const { features, samplers } = fit(context);
  const { kernelWidth, seed } = context.settings;
  const random = new CounterRandom({ seed, stream: 'explain-lime', step: target.row });
  const near = tableNeighbourhood({ row: target.x, samplers, kernelWidth, random });
  const nameOf = (feature: number) => (features[feature] as TableFeature).nameOf(target.x);
  const placesOf = (feature: number) => placesIn(features[feature] as TableFeature, target.x);
  return explainBySurrogate({ near, nameOf, placesOf, usual: USUAL }, classIndex, context);
}

export function tableSettings(context: ExplainContext) {
  const { samples, features, kernelWidth } = context.settings;
  return {
    domain: 'table',
    samples: samples ?? USUAL.samples,
    features: features ?? USUAL.features,
    kernelWidth: kernelWidth ?? 0.75 * Math.sqrt(fit(context).features.length),
    discretizer: 'quartile',
  };
}

function fit({ background, manifest }: ExplainContext): Fitted {
  const known = FITTED.get(background);
  if (known) return known;
  const features = tableFeatures(manifest.encoders, background);
  const fitted = { features, samplers: features.map(featureSampler) };
  FITTED.set(background, fitted);
  return fitted;
}

/** Of a one-hot group the value that is set, if one is. */
function placesIn({ type, from, to }: TableFeature, row: Float32Array): number[] {
  const places = Array.from({ length: to - from }, (_, at) => from + at);
  const set = places.filter((at) => row[at] !== 0);
  const isOneHot = type === 'group' && set.length === 1 && row[set[0] as number] === 1;
  return isOneHot ? set : places;
}
