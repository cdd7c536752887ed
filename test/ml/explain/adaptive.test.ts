import {
  judgeReplicates,
  sampleUntilTight,
  summariseReplicates,
} from '../../../src/ml/explain/adaptive.ts';
import { kernelShap } from '../../../src/ml/explain/kernel-shap.ts';
import { cosineKernel } from '../../../src/ml/explain/lime/kernel.ts';
import {
  explainLocally,
  type Neighbourhood,
} from '../../../src/ml/explain/lime/local-surrogate.ts';
import type { ModelFunction } from '../../../src/ml/explain/model-function.ts';
import { permutationShap } from '../../../src/ml/explain/permutation-shap.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { gameOf, golden } from './golden-game.ts';

const random = (seed = 0) => new CounterRandom({ seed, stream: 'test' });
const SETTINGS = { confidence: 0.95, topFeatures: 3, maxSamples: 20_000 };

/** Replicates around given values, each with a spread of its own. */
function noisy(means: readonly number[], spread: number, seed: number) {
  const draws = random(seed);
  return () => Promise.resolve(means.map((mean) => mean + spread * draws.normal()));
}

describe('sampleUntilTight', () => {
  it('stops early where nothing spreads, and spends all where it cannot be tight', async () => {
    const easy = { draw: noisy([0.5, 0.25, 0.125], 0, 1), samplesEach: 10 };
    const { outcome } = await sampleUntilTight({ ...easy, settings: { ...SETTINGS, width: 0.01 } });
    expect(outcome).toEqual({ samples: 100, isTight: true, width: 0 });
    const hard = { draw: noisy([0.3, 0.2, 0.1], 5, 1), samplesEach: 30 };
    const settings = { ...SETTINGS, width: 0.01, maxSamples: 1000 };
    const spent = await sampleUntilTight({ ...hard, settings });
    expect(spent.outcome).toMatchObject({ samples: 990, isTight: false });
    expect(spent.outcome.width).toBeGreaterThan(0.01);
    const tiny = { ...SETTINGS, width: 0.01, maxSamples: 5 };
    expect((await sampleUntilTight({ ...hard, settings: tiny })).outcome.samples).toBe(30);
  });

  it('has intervals that cover about as often as they say, though it looks again and again', async () => {
    const means = [0.4, -0.3, 0.2, 0.05];
    let [covered, all] = [0, 0];
    for (let seed = 0; seed < 300; seed += 1) {
      const { found, outcome } = await sampleUntilTight({
        ...{ draw: noisy(means, 0.1, seed), samplesEach: 1 },
        settings: { ...SETTINGS, width: 0.06 },
      });
      expect(outcome.isTight).toBe(true);
      // The widest of the three; the others' own are narrower still.
      for (let feature = 0; feature < 3; feature += 1) {
        const own = judgeReplicates(
          {
            means: found.means.subarray(feature, feature + 1),
            errors: found.errors.subarray(feature, feature + 1),
            count: found.count,
          },
          { ...SETTINGS, width: 1 },
        ).width;
        covered += Math.abs(found.means[feature]! - means[feature]!) <= own / 2 ? 1 : 0;
        all += 1;
      }
    }
    expect(covered / all).toBeGreaterThan(0.9);
    expect(covered / all).toBeLessThan(0.985);
  });

  it('goes on until the order is settled, and tells no order that is none', async () => {
    const clear = { draw: noisy([0.4, -0.3, 0.2, 0.05], 0.2, 3), samplesEach: 1 };
    const { found, outcome } = await sampleUntilTight({ ...clear, settings: SETTINGS });
    expect(outcome.isTight).toBe(true);
    expect(outcome.samples).toBeGreaterThan(20);
    const sizes = Array.from(found.means, Math.abs);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    const equal = { draw: noisy([0.3, 0.3, 0.3, 0.3], 0.2, 4), samplesEach: 1 };
    const settings = { ...SETTINGS, maxSamples: 60 };
    expect((await sampleUntilTight({ ...equal, settings })).outcome.isTight).toBe(false);
  });

  it('knows nothing from one replicate', () => {
    const one = summariseReplicates([[1, 2]]);
    expect(Array.from(one.errors)).toEqual([Infinity, Infinity]);
    expect(judgeReplicates(one, { ...SETTINGS, width: 1 }).isTight).toBe(false);
  });
});

/** Sixteen features with interactions of all, in float64. */
const tangled: ModelFunction = (x, rows) => {
  const values = x.length / rows;
  return Promise.resolve(
    Float64Array.from({ length: rows }, (_, row) => {
      let [sum, product] = [0, 1];
      for (let i = 0; i < values; i += 1) {
        sum += Math.sin(i + 1) * x[row * values + i]!;
        product *= 1 - 0.9 * x[row * values + i]!;
      }
      return 1 / (1 + Math.exp(-sum * (1 + 3 * product)));
    }),
  );
};
const ones = new Float32Array(16).fill(1);
const tangledGame = {
  ...{ model: tangled, row: ones, classIndex: 0 },
  background: { x: new Float32Array(16), rows: 1, values: 16 },
};
const additive: ModelFunction = (x, rows) =>
  Promise.resolve(
    Float64Array.from({ length: rows }, (_, row) =>
      x
        .subarray(16 * row, 16 * row + 16)
        .reduce((sum, value, i) => sum + (value * (i + 1)) / 200, 0),
    ),
  );

describe('adaptive explanations', () => {
  it.each([
    ['permutation-shap', permutationShap, 330],
    ['kernel-shap', kernelShap, 1920],
  ] as const)('%s stops at once where the model is additive', async (_, explain, samples) => {
    const adaptive = { ...SETTINGS, width: 0.01 };
    const easy = await explain({ ...tangledGame, model: additive }, { adaptive, random: random() });
    expect(easy.outcome).toMatchObject({ isTight: true, samples });
    easy.attributions.forEach((value, i) => expect(value).toBeCloseTo((i + 1) / 200, 8));
    const short = { ...SETTINGS, width: 1e-6, maxSamples: 4000 };
    const hard = await explain(tangledGame, { adaptive: short, random: random() });
    expect(hard.outcome!.isTight).toBe(false);
    expect(hard.outcome!.samples).toBeGreaterThan(3700);
    expect(hard.outcome!.samples).toBeLessThanOrEqual(4000);
    expect(hard.evaluations).toBeLessThanOrEqual(4002);
    expect(hard.error).toBeLessThan(1e-9);
    const again = await explain(tangledGame, { adaptive: short, random: random() });
    expect(again).toEqual(hard);
  });

  it('permutation-shap is as near to the exact values as its interval says', async () => {
    const [one] = golden.cases;
    const adaptive = { ...SETTINGS, topFeatures: 7, width: 0.04 };
    let [covered, all] = [0, 0];
    for (let seed = 0; seed < 40; seed += 1) {
      const found = await permutationShap(gameOf(one!), { adaptive, random: random(seed) });
      expect(found.outcome!.isTight).toBe(true);
      found.attributions.forEach((value, feature) => {
        covered += Math.abs(value - one!.exact[feature]!) <= 0.02 ? 1 : 0;
        all += 1;
      });
    }
    expect(covered / all).toBeGreaterThan(0.93);
  });

  it('kernel-shap says that it is exact where it has every coalition', async () => {
    const found = await kernelShap(gameOf(golden.cases[0]!), {
      ...{ adaptive: { ...SETTINGS, width: 1e-9 }, random: random() },
    });
    expect(found.outcome).toEqual({ samples: 126, isTight: true, width: 0 });
  });

  it('lime stops early for a plain model, and spends all for a tangled one', async () => {
    const near = (seed: number): Neighbourhood => {
      const draws = random(seed);
      return {
        ...{ features: 16, values: 16, kernel: cosineKernel(16, 25, 1) },
        draw: (count, isFirst) => {
          const masks = Uint8Array.from({ length: 16 * count }, () => draws.integer(2));
          if (isFirst) masks.fill(1, 0, 16);
          const rows = (from: number, to: number) =>
            Float32Array.from(masks.subarray(16 * from, 16 * to));
          return { masks, rows };
        },
      };
    };
    const options = { classIndex: 0, samples: 5000, limit: 10 };
    const adaptive = { ...SETTINGS, width: 0.03 };
    const easy = await explainLocally(near(1), { ...options, model: additive, adaptive });
    expect(easy.outcome).toMatchObject({ isTight: true, samples: 2500 });
    expect(easy.evaluations).toBe(2500);
    expect(easy.surrogate.features.slice(0, 3)).toEqual([15, 14, 13]);
    const short = { ...SETTINGS, width: 1e-4, maxSamples: 3100 };
    const hard = await explainLocally(near(1), { ...options, model: tangled, adaptive: short });
    expect(hard.outcome).toMatchObject({ isTight: false, samples: 3000 });
    const again = await explainLocally(near(1), { ...options, model: tangled, adaptive: short });
    expect(again).toEqual(hard);
  });
});
