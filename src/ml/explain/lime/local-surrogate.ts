import {
  sampleUntilTight,
  summariseReplicates,
  type AdaptiveOutcome,
  type AdaptiveSettings,
} from '../adaptive.ts';
import { classProbabilities, type ModelFunction } from '../model-function.ts';
import { fitSurrogate, refitCoefficients, type Surrogate } from './fit-surrogate.ts';
import type { KernelOfPresence } from './kernel.ts';
import { addSamples, emptySums, joinSums, type WeightedSums } from './weighted-sums.ts';

/** Values given to the model at once: 16 MiB of float32. */
const VALUES_AT_ONCE = 2 ** 22;
/** The samples are dealt into so many groups, whose spread says how well the whole is known. */
const GROUPS = 10;
/** Samples of one group where sampling is adaptive. */
const ADAPTIVE_SAMPLES = 250;

/** Perturbed rows, not all of them made yet. */
export interface Perturbations {
  /** `[count, features]`, 1 where a feature is as in the row. */
  readonly masks: Uint8Array;
  /** Encoded rows of samples `[from, to)`, back to back. */
  readonly rows: (from: number, to: number) => Float32Array;
}

/** What is near a row, as LIME sees it. */
export interface Neighbourhood {
  /** Interpretable features; from 1. */
  readonly features: number;
  /** Encoded values of a row. */
  readonly values: number;
  readonly kernel: KernelOfPresence;
  /** @param isFirst  the first sample is the row itself. */
  readonly draw: (count: number, isFirst: boolean) => Perturbations;
}

export interface SurrogateOptions {
  readonly model: ModelFunction;
  readonly classIndex: number;
  readonly samples: number;
  /** Features that the surrogate keeps. */
  readonly limit: number;
  readonly adaptive?: AdaptiveSettings | undefined;
  readonly onBatch?: (() => void) | undefined;
}

export interface LocalSurrogate {
  readonly surrogate: Surrogate;
  /** Probability of the class at the row. */
  readonly output: number;
  /** The largest standard error of a coefficient, by the spread of groups of samples. */
  readonly samplingError: number;
  readonly evaluations: number;
  readonly outcome?: AdaptiveOutcome;
}

/**
 * Draws perturbed rows, asks the model, and fits the surrogate. Samples are summed as they come, so
 * that memory does not grow with their number.
 */
export async function explainLocally(
  near: Neighbourhood,
  options: SurrogateOptions,
): Promise<LocalSurrogate> {
  return options.adaptive
    ? explainUntilTight(near, options, options.adaptive)
    : explainBySamples(near, options);
}

async function explainBySamples(
  near: Neighbourhood,
  options: SurrogateOptions,
): Promise<LocalSurrogate> {
  const { samples, limit } = options;
  const drawn = near.draw(samples, true);
  const outputs = await evaluate(near, drawn, options);
  const { masks } = drawn;
  const weights = weightsOf(masks, near);
  const groups: WeightedSums[] = [];
  const count = Math.min(GROUPS, samples);
  for (let group = 0; group < count; group += 1) {
    const range = [group, group + 1].map((at) => Math.floor((at * samples) / count));
    const sums = emptySums(near.features, outputs[0] as number);
    addSamples(sums, { masks, outputs, weights }, range as [number, number]);
    groups.push(sums);
  }
  return { ...summarise(groups, limit, outputs[0] as number), evaluations: samples };
}

async function explainUntilTight(
  near: Neighbourhood,
  options: SurrogateOptions,
  settings: AdaptiveSettings,
): Promise<LocalSurrogate> {
  const groups: WeightedSums[] = [];
  let output = NaN;
  const all = Array.from({ length: near.features }, (_, index) => index);
  const { outcome } = await sampleUntilTight({
    settings,
    samplesEach: Math.min(ADAPTIVE_SAMPLES, settings.maxSamples),
    draw: async (index) => {
      const count = Math.min(ADAPTIVE_SAMPLES, settings.maxSamples);
      const drawn = near.draw(count, index === 0);
      const outputs = await evaluate(near, drawn, options);
      if (index === 0) output = outputs[0] as number;
      const sums = emptySums(near.features, output);
      const weights = weightsOf(drawn.masks, near);
      addSamples(sums, { masks: drawn.masks, outputs, weights }, [0, count]);
      groups.push(sums);
      // The penalty of the whole is shared by as many groups as the bound leaves room for.
      return refitCoefficients(sums, all, count / settings.maxSamples);
    },
  });
  const evaluations = outcome.samples;
  return { ...summarise(groups, options.limit, output), evaluations, outcome };
}

function summarise(
  groups: readonly WeightedSums[],
  limit: number,
  output: number,
): Omit<LocalSurrogate, 'evaluations'> {
  const [first] = groups as [WeightedSums];
  const whole = emptySums(first.features, first.shift);
  for (const group of groups) joinSums(whole, group);
  const surrogate = fitSurrogate(whole, limit);
  const refits = groups.map((group) =>
    refitCoefficients(group, surrogate.features, 1 / groups.length),
  );
  const { errors } = summariseReplicates(refits);
  const samplingError = Math.min(1, Math.max(0, ...errors));
  return { surrogate, output, samplingError };
}

/** `[count]`, in float64. */
async function evaluate(
  { features, values }: Neighbourhood,
  { masks, rows }: Perturbations,
  { model, classIndex, onBatch }: SurrogateOptions,
): Promise<Float64Array> {
  const count = masks.length / features;
  const outputs = new Float64Array(count);
  const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / values));
  for (let from = 0; from < count; from += atOnce) {
    onBatch?.();
    const to = Math.min(count, from + atOnce);
    const block = { x: rows(from, to), rows: to - from };
    outputs.set(await classProbabilities(model, block, classIndex), from);
  }
  return outputs;
}

function weightsOf(masks: Uint8Array, { features, kernel }: Neighbourhood): Float64Array {
  const weights = new Float64Array(masks.length / features);
  for (let sample = 0; sample < weights.length; sample += 1) {
    let present = 0;
    const end = (sample + 1) * features;
    for (let at = sample * features; at < end; at += 1) present += masks[at] as number;
    weights[sample] = kernel(present);
  }
  return weights;
}
