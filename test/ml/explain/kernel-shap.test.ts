import type { ModelFunction } from '../../../src/ml/explain/model-function.ts';
import { exactShap } from '../../../src/ml/explain/exact-shap.ts';
import { chooseCoalitions } from '../../../src/ml/explain/kernel-shap-coalitions.ts';
import { kernelShap } from '../../../src/ml/explain/kernel-shap.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { distance, gameOf, golden } from './golden-game.ts';

const random = (seed = 0) => new CounterRandom({ seed, stream: 'test' });

/** 1/(1 + exp(−Σᵢ sin(i+1) xᵢ − x₀ x₁)): smooth, with one interaction, any number of features. */
const logistic: ModelFunction = (x, rows) => {
  const values = x.length / rows;
  const all = Array.from({ length: rows }, (_, row) => {
    let logit = x[row * values]! * x[row * values + 1]!;
    for (let i = 0; i < values; i += 1) logit += Math.sin(i + 1) * x[row * values + i]!;
    const p = 1 / (1 + Math.exp(-logit));
    return [p, 1 - p];
  });
  return Promise.resolve(Float64Array.from(all.flat()));
};

function logisticGame(values: number, rows: number) {
  const draws = random(5);
  const normals = (count: number) => Float32Array.from({ length: count }, () => draws.normal());
  return {
    model: logistic,
    row: normals(values),
    background: { x: normals(rows * values), rows, values },
    classIndex: 0,
  };
}

describe('kernelShap', () => {
  it.each(golden.cases.map((one, index) => [index, one] as const))(
    'equals the reference implementation where all coalitions are enumerated, case %i',
    async (_, one) => {
      const found = await kernelShap(gameOf(one), { random: random() });
      expect(distance(found.attributions, one.kernel)).toBeLessThan(1e-8);
      expect(found.error).toBeLessThan(1e-6);
      expect(found.output).toBeCloseTo(one.output, 12);
      expect(found.baseOutput).toBeCloseTo(one.baseOutput, 12);
    },
  );

  it('equals exact SHAP with 11 features', async () => {
    const game = logisticGame(11, 6);
    const [kernel, exact] = [await kernelShap(game, { random: random() }), await exactShap(game)];
    expect(distance(kernel.attributions, exact.attributions)).toBeLessThan(1e-8);
  });

  it('is additive and near exact SHAP where coalitions are drawn', async () => {
    const game = logisticGame(14, 5);
    const exact = await exactShap(game);
    const kernel = await kernelShap(game, { random: random() });
    expect(kernel.error).toBeLessThan(1e-6);
    expect(kernel.evaluations).toBe(5 * (2 * 14 + 2048) + 6);
    const largest = Math.max(...exact.attributions.map(Math.abs));
    expect(distance(kernel.attributions, exact.attributions)).toBeLessThan(0.05 * largest);
  });

  it('depends on the seed alone', async () => {
    const game = logisticGame(13, 3);
    const run = async (seed: number) => [
      ...(await kernelShap(game, { samples: 300, random: random(seed) })).attributions,
    ];
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  it('gives a lone varying feature the whole change', async () => {
    const game = logisticGame(3, 2);
    for (const at of [0, 3]) game.background.x.set(game.row.subarray(0, 2), at);
    const found = await kernelShap(game, { random: random() });
    expect([...found.attributions]).toEqual([0, 0, found.output - found.baseOutput]);
  });

  it('refuses a budget that determines nothing', async () => {
    const game = logisticGame(12, 2);
    await expect(kernelShap(game, { samples: 4, random: random() })).rejects.toMatchObject({
      code: 'SPEC_INVALID',
    });
  });
});

describe('chooseCoalitions', () => {
  it.each(golden.enumerations.map((one) => [one.size, one] as const))(
    'enumerates %i features with the weights of the reference',
    (size, { samples, masks, weights }) => {
      const features = Array.from({ length: size }, (_, index) => index);
      const chosen = chooseCoalitions(features, samples, random());
      const own = new Map(
        Array.from(chosen.weights, (weight, at) => [
          chosen.masks.subarray(at * size, (at + 1) * size).join(''),
          weight,
        ]),
      );
      expect(chosen.complete).toBe(true);
      expect([...own.keys()].toSorted()).toEqual(masks.toSorted());
      masks.forEach((mask, at) => expect(own.get(mask)).toBeCloseTo(weights[at]!, 12));
    },
  );

  it('fills its budget, gives each size its share of the kernel, and the whole is 1', () => {
    const size = 20;
    const features = Array.from({ length: size }, (_, index) => index);
    const chosen = chooseCoalitions(features, 2088, random());
    expect(chosen.complete).toBe(false);
    expect(chosen.count).toBe(2088);
    const shares = new Float64Array(size + 1);
    chosen.weights.forEach((weight, at) => {
      const mask = chosen.masks.subarray(at * size, (at + 1) * size);
      shares[mask.reduce((sum, bit) => sum + bit, 0)]! += weight;
    });
    const kernel = Array.from({ length: size - 1 }, (_, s) => 1 / ((s + 1) * (size - s - 1)));
    const total = kernel.reduce((sum, value) => sum + value, 0);
    // Sizes 1, 2, 18 and 19 are enumerated: 420 coalitions; the next needs 2,280.
    for (const s of [1, 2, 18, 19]) expect(shares[s]).toBeCloseTo(kernel[s - 1]! / total, 12);
    for (const s of [5, 10]) {
      expect(Math.abs(shares[s]! - kernel[s - 1]! / total)).toBeLessThan(0.01);
    }
    expect(shares.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  });
});
