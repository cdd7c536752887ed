import type { ModelFunction } from '../../../src/ml/explain/model-function.ts';
import { exactShap } from '../../../src/ml/explain/exact-shap.ts';
import { chooseCoalitions } from '../../../src/ml/explain/kernel-shap-coalitions.ts';
import { kernelShap } from '../../../src/ml/explain/kernel-shap.ts';
import { isReliable } from '../../../src/ml/explain/reliability.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { distance, gameOf, golden } from './golden-game.ts';

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
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

  it.each([
    [40, false],
    [100, false],
    [2076, true],
  ])('estimates what the draw of %i coalitions costs', async (samples, isReliably) => {
    const game = logisticGame(14, 5);
    const exact = await exactShap(game);
    const found = await Promise.all(
      Array.from({ length: 20 }, (_, seed) => kernelShap(game, { samples, random: random(seed) })),
    );
    const errors = found.map(({ attributions }) => distance(attributions, exact.attributions));
    const estimates = found.map(({ samplingError }) => samplingError!);
    for (const one of found) {
      expect(one.error).toBeLessThan(1e-6);
      expect(isReliable(one)).toBe(isReliably);
    }
    // Below: too few to tell. Otherwise right within a factor of 2 on average.
    const ratio = mean(estimates) / mean(errors);
    expect(ratio).toBeGreaterThan(0.5);
    if (samples > 40) expect(ratio).toBeLessThan(2);
  });

  it('has no sampling error where nothing is drawn, whatever the interactions', async () => {
    const found = await kernelShap(logisticGame(11, 3), { random: random() });
    expect(found.samplingError).toBeNull();
  });

  it('knows that draws cost nothing where the features do not interact', async () => {
    const game = logisticGame(13, 3);
    const additive: ModelFunction = (x, rows) =>
      Promise.resolve(
        Float64Array.from({ length: rows }, (_, row) =>
          x
            .subarray(row * 13, (row + 1) * 13)
            .reduce((sum, value, i) => sum + 0.01 * i * value, 0.5),
        ),
      );
    const found = await kernelShap(
      { ...game, model: additive },
      { samples: 300, random: random() },
    );
    expect(found.samplingError).toBeLessThan(1e-9);
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

  it('refuses more features than it can solve for', async () => {
    await expect(kernelShap(logisticGame(1001, 1), { random: random() })).rejects.toMatchObject({
      code: 'SPEC_INVALID',
    });
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
    // What is drawn is dealt into two halves, a coalition with its complement.
    const sizes = [0, 1, 2].map((half) => chosen.halves.filter((one) => one === half).length);
    expect(sizes[0]).toBe(420);
    expect(Math.abs(sizes[1]! - sizes[2]!)).toBeLessThan(10);
  });
});
