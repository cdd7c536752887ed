import { fitSurrogate } from '../../../../src/ml/explain/lime/fit-surrogate.ts';
import { cosineKernel, euclideanKernel } from '../../../../src/ml/explain/lime/kernel.ts';
import {
  addSamples,
  emptySums,
  joinSums,
  type WeightedSamples,
} from '../../../../src/ml/explain/lime/weighted-sums.ts';
import { distance } from '../golden-game.ts';
import { masksOf, reference, type ReferenceSurrogate } from './reference.ts';

const KERNELS = {
  table: (features: number) => euclideanKernel(features),
  text: (features: number) => cosineKernel(features, 25, 100),
  picture: (features: number) => cosineKernel(features, 0.25, 1),
};

function samplesOf({ masks, outputs, weights }: ReferenceSurrogate): WeightedSamples {
  return {
    masks: masksOf(masks),
    outputs: Float64Array.from(outputs),
    weights: Float64Array.from(weights),
  };
}

function sumsOf(samples: WeightedSamples, features: number, shift = samples.outputs[0]!) {
  const sums = emptySums(features, shift);
  addSamples(sums, samples, [0, samples.outputs.length]);
  return sums;
}

describe('fitSurrogate', () => {
  const cases = Object.entries(reference.surrogates).flatMap(([domain, all]) =>
    all.map((one) => [domain as keyof typeof KERNELS, one.masks[0]!.length, one] as const),
  );

  it.each(cases)('weighs samples of a %s with %i features as lime', (domain, features, golden) => {
    const kernel = KERNELS[domain](features);
    const own = golden.masks.map((mask) => kernel(mask.replaceAll('0', '').length));
    expect(distance(own, golden.weights)).toBeLessThan(1e-12);
  });

  it.each(cases)('fits a %s with %i features as lime', (_, features, golden) => {
    const sums = sumsOf(samplesOf(golden), features);
    for (const expected of golden.fits) {
      const found = fitSurrogate(sums, expected.limit);
      expect(found.features).toEqual(expected.features);
      expect(distance(found.coefficients, expected.coefficients)).toBeLessThan(1e-8);
      expect(Math.abs(found.intercept - expected.intercept)).toBeLessThan(1e-8);
      expect(Math.abs(found.r2 - expected.r2)).toBeLessThan(1e-8);
      expect(Math.abs(found.localPrediction - expected.localPrediction)).toBeLessThan(1e-8);
    }
  });

  it('finds the same from parts that are summed apart, and whatever it shifts by', () => {
    const golden = reference.surrogates.table[1]!;
    const features = golden.masks[0]!.length;
    const samples = samplesOf(golden);
    const whole = fitSurrogate(sumsOf(samples, features), 10);
    const parts = emptySums(features, 0.3);
    for (const range of [
      [0, 50],
      [50, 160],
    ] as const) {
      const part = emptySums(features, 0.3);
      addSamples(part, samples, range);
      joinSums(parts, part);
    }
    const joined = fitSurrogate(parts, 10);
    expect(joined.features).toEqual(whole.features);
    expect(distance(joined.coefficients, whole.coefficients)).toBeLessThan(1e-12);
    expect(joined.intercept).toBeCloseTo(whole.intercept, 12);
  });

  it('gives features that never change, and models that never do, no weight', () => {
    const golden = reference.surrogates.table[0]!;
    const samples = samplesOf(golden);
    const masks = samples.masks.map((bit, at) => (at % 5 === 2 ? 1 : bit));
    for (const limit of [3, 10]) {
      const found = fitSurrogate(sumsOf({ ...samples, masks }, 5), limit);
      const place = found.features.indexOf(2);
      if (place >= 0) expect(Math.abs(found.coefficients[place]!)).toBeLessThan(1e-12);
      const constant = { ...samples, outputs: new Float64Array(160).fill(0.7) };
      const nothing = fitSurrogate(sumsOf(constant, 5), limit);
      expect(Math.max(...nothing.coefficients.map(Math.abs))).toBe(0);
      expect(nothing).toMatchObject({ intercept: 0.7, r2: 1, localPrediction: 0.7 });
    }
  });

  it('passes on answers that are no numbers', () => {
    const samples = samplesOf(reference.surrogates.table[0]!);
    samples.outputs[9] = NaN;
    for (const limit of [3, 10]) {
      expect(fitSurrogate(sumsOf(samples, 5), limit).coefficients.every(Number.isNaN)).toBe(true);
    }
  });
});
