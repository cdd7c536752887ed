import { studentQuantile } from './student-quantile.ts';

/** When to stop drawing; what counts is in probability. */
export interface AdaptiveSettings {
  /** Of the intervals. @default 0.95 */
  readonly confidence: number;
  /** Stop when the intervals of the strongest features are no wider; without it, when their order is settled. */
  readonly width?: number | undefined;
  /** How many are the strongest. @default 5 */
  readonly topFeatures: number;
  /** Coalitions or perturbed rows, at most. */
  readonly maxSamples: number;
}

/** How far sampling went. */
export interface AdaptiveOutcome {
  readonly samples: number;
  /** Whether it stopped because what was asked for is so, and not at `maxSamples`. */
  readonly isTight: boolean;
  /** The widest interval among the strongest features, in probability. */
  readonly width: number;
}

/** Estimates from draws that do not depend on each other. */
export interface Replicates {
  /** `[features]` */
  readonly means: Float64Array;
  /** `[features]`: standard errors of the means; infinite with fewer than two replicates. */
  readonly errors: Float64Array;
  readonly count: number;
}

/** Fewer say too little of how much they spread. */
const FEWEST_REPLICATES = 10;

/** @see Wolter 2007, Introduction to Variance Estimation, chapter 2 (random groups) */
export function summariseReplicates(replicates: readonly ArrayLike<number>[]): Replicates {
  const count = replicates.length;
  const features = replicates[0]?.length ?? 0;
  const means = new Float64Array(features);
  const errors = new Float64Array(features);
  for (let feature = 0; feature < features; feature += 1) {
    let sum = 0;
    for (const one of replicates) sum += one[feature] as number;
    const mean = sum / count;
    let squares = 0;
    for (const one of replicates) squares += ((one[feature] as number) - mean) ** 2;
    means[feature] = mean;
    errors[feature] = count < 2 ? Infinity : Math.sqrt(squares / (count - 1) / count);
  }
  return { means, errors, count };
}

/**
 * Whether the strongest features are known as well as was asked for. Intervals are Student's; the
 * order is settled where no interval of the difference of two neighbours' sizes has 0 in it, the
 * last of them and the first that is left out too. Features whose estimates never spread need no
 * room.
 */
export function judgeReplicates(
  { means, errors, count }: Replicates,
  { confidence, width, topFeatures }: AdaptiveSettings,
): { readonly isTight: boolean; readonly width: number } {
  if (count < FEWEST_REPLICATES) return { isTight: false, width: Infinity };
  const quantile = studentQuantile((1 + confidence) / 2, count - 1);
  const order = Array.from(means, (_, index) => index);
  order.sort((a, b) => Math.abs(means[b] as number) - Math.abs(means[a] as number));
  const top = order.slice(0, topFeatures);
  const widths = top.map((index) => 2 * quantile * (errors[index] as number));
  const widest = Math.max(0, ...widths);
  if (width !== undefined) return { isTight: widest <= width, width: widest };
  const isSettled = top.every((index, at) => {
    const next = order[at + 1];
    if (next === undefined) return true;
    const gap = Math.abs(means[index] as number) - Math.abs(means[next] as number);
    const spread = Math.hypot(errors[index] as number, errors[next] as number);
    return spread === 0 || gap > quantile * spread;
  });
  return { isTight: isSettled, width: widest };
}

export interface AdaptiveSampling {
  /** Draws one more replicate; each costs the same. */
  readonly draw: (index: number) => Promise<ArrayLike<number>>;
  /** Samples of one replicate. */
  readonly samplesEach: number;
  readonly settings: AdaptiveSettings;
}

/**
 * Draws replicate after replicate until the strongest features are known as well as was asked for,
 * or until one more would go over the bound; at least one is drawn. To look after each replicate
 * makes the intervals cover a little less often than `confidence` says.
 */
export async function sampleUntilTight({ draw, samplesEach, settings }: AdaptiveSampling): Promise<{
  readonly replicates: readonly ArrayLike<number>[];
  readonly found: Replicates;
  readonly outcome: AdaptiveOutcome;
}> {
  const replicates: ArrayLike<number>[] = [];
  for (;;) {
    replicates.push(await draw(replicates.length));
    const found = summariseReplicates(replicates);
    const { isTight, width } = judgeReplicates(found, settings);
    const samples = replicates.length * samplesEach;
    if (isTight || samples + samplesEach > settings.maxSamples) {
      return { replicates, found, outcome: { samples, isTight, width } };
    }
  }
}
