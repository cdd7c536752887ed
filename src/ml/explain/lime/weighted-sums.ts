/** What a weighted linear fit on 0/1 features needs of its samples; sums of parts add up. */
export interface WeightedSums {
  readonly features: number;
  weight: number;
  /** Σ w·y and Σ w·y², of outputs less `shift`. */
  output: number;
  outputSquared: number;
  /** `[features]`: Σ w·x. */
  readonly present: Float64Array;
  /** `[features]`: Σ w·x·y. */
  readonly products: Float64Array;
  /** `[features, features]`: Σ w·xᵢ·xⱼ, the lower triangle. */
  readonly pairs: Float64Array;
  /** Taken from every output before it is summed, so that a constant model has no variance at all. */
  readonly shift: number;
}

export function emptySums(features: number, shift: number): WeightedSums {
  return {
    ...{ features, shift, weight: 0, output: 0, outputSquared: 0 },
    present: new Float64Array(features),
    products: new Float64Array(features),
    pairs: new Float64Array(features * features),
  };
}

export interface WeightedSamples {
  /** `[count, features]`, 0 or 1. */
  readonly masks: Uint8Array;
  /** `[count]`, probability of the class. */
  readonly outputs: Float64Array;
  /** `[count]`, from 0. */
  readonly weights: Float64Array;
}

/** Adds samples `[from, to)`; a sample costs the square of the features that are present in it. */
export function addSamples(
  sums: WeightedSums,
  { masks, outputs, weights }: WeightedSamples,
  [from, to]: readonly [from: number, to: number],
): void {
  const { features, present, products, pairs, shift } = sums;
  const members = new Int32Array(features);
  for (let sample = from; sample < to; sample += 1) {
    const weight = weights[sample] as number;
    const output = (outputs[sample] as number) - shift;
    const start = sample * features;
    let size = 0;
    for (let feature = 0; feature < features; feature += 1) {
      members[size] = feature;
      size += masks[start + feature] as number;
    }
    sums.weight += weight;
    sums.output += weight * output;
    sums.outputSquared += weight * output * output;
    for (let i = 0; i < size; i += 1) {
      const feature = members[i] as number;
      present[feature]! += weight;
      products[feature]! += weight * output;
      const line = feature * features;
      for (let j = 0; j <= i; j += 1) pairs[line + (members[j] as number)]! += weight;
    }
  }
}

/** Sums of two sets of samples with the same shift, in the first. */
export function joinSums(into: WeightedSums, other: WeightedSums): void {
  into.weight += other.weight;
  into.output += other.output;
  into.outputSquared += other.outputSquared;
  other.present.forEach((value, index) => (into.present[index]! += value));
  other.products.forEach((value, index) => (into.products[index]! += value));
  other.pairs.forEach((value, index) => (into.pairs[index]! += value));
}

/** Sums about the weighted means, which the intercept takes up. */
export interface CentredSums {
  readonly features: number;
  /** `[features, features]`, the lower triangle. */
  readonly pairs: Float64Array;
  readonly products: Float64Array;
  /** Σ w (y − ȳ)². */
  readonly variation: number;
  readonly means: Float64Array;
  /** With the shift. */
  readonly meanOutput: number;
}

export function centreSums(sums: WeightedSums): CentredSums {
  const { features, weight, output, outputSquared, present, products, pairs, shift } = sums;
  const centred = new Float64Array(features * features);
  for (let i = 0; i < features; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const at = i * features + j;
      centred[at] =
        (pairs[at] as number) - ((present[i] as number) * (present[j] as number)) / weight;
    }
  }
  return {
    features,
    pairs: centred,
    products: products.map((value, i) => value - ((present[i] as number) * output) / weight),
    variation: outputSquared - (output * output) / weight,
    means: present.map((value) => value / weight),
    meanOutput: shift + output / weight,
  };
}
