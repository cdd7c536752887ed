import { permutationShap } from '../../../src/ml/explain/permutation-shap.ts';
import type { ModelFunction } from '../../../src/ml/explain/model-function.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { distance, gameOf, golden } from './golden-game.ts';
import { reference, referenceModel } from './lime/reference.ts';

const random = (seed = 0) => new CounterRandom({ seed, stream: 'test' });

function referenceGame({ row, background }: (typeof reference.permutations)[number]) {
  return {
    model: referenceModel,
    row: Float32Array.from(row),
    background: {
      x: Float32Array.from(background.flat()),
      rows: background.length,
      values: row.length,
    },
    classIndex: 1,
  };
}

/** Gives the orders that the reference drew, among the features that vary: all but the fourth. */
function injected(orders: readonly (readonly number[])[]) {
  let next = 0;
  return {
    permutation: () =>
      Int32Array.from(orders[next++]!, (feature) => (feature > 3 ? feature - 1 : feature)),
  };
}

describe('permutationShap', () => {
  it.each(reference.permutations)(
    'finds with the same orders what shap finds, of $samples samples',
    async (one) => {
      const options = { samples: one.samples, random: injected(one.orders) };
      const found = await permutationShap(referenceGame(one), options);
      expect(distance(found.attributions, one.values)).toBeLessThan(1e-10);
      expect(Math.abs(found.baseOutput - one.base)).toBeLessThan(1e-12);
      expect(found.attributions[3]).toBe(0);
      expect(found.error).toBeLessThan(1e-12);
      const coalitions = 2 + one.orders.length * 2 * 10;
      expect(found.evaluations).toBe(coalitions * one.background.length);
    },
  );

  it('is exact where features meet in pairs only', async () => {
    const pairs: ModelFunction = (x, rows) =>
      Promise.resolve(
        Float64Array.from({ length: rows }, (_, at) => {
          const [a = 0, b = 0, c = 0] = x.subarray(3 * at, 3 * at + 3);
          return 0.1 * a + 0.2 * a * b - 0.3 * b * c;
        }),
      );
    const background = { x: new Float32Array(3), rows: 1, values: 3 };
    const game = { model: pairs, row: Float32Array.of(1, 1, 1), background, classIndex: 0 };
    const found = await permutationShap(game, { samples: 14, random: random() });
    expect(distance(found.attributions, [0.2, -0.05, -0.15])).toBeLessThan(1e-12);
    expect(found.samplingError).toBeLessThan(1e-12);
  });

  it('comes nearer to the exact values with more orders, about as near as it says', async () => {
    const [one] = golden.cases;
    const misses = { few: 0, many: 0, saidFew: 0, saidMany: 0 };
    for (let seed = 0; seed < 12; seed += 1) {
      const few = await permutationShap(gameOf(one!), { samples: 45, random: random(seed) });
      const many = await permutationShap(gameOf(one!), { samples: 1500, random: random(seed) });
      misses.few += distance(few.attributions, one!.exact);
      misses.many += distance(many.attributions, one!.exact);
      misses.saidFew += few.samplingError!;
      misses.saidMany += many.samplingError!;
    }
    expect(misses.many).toBeLessThan(misses.few / 3);
    for (const [miss, said] of [
      [misses.few, misses.saidFew],
      [misses.many, misses.saidMany],
    ] as const) {
      expect(miss / said).toBeGreaterThan(0.5);
      expect(miss / said).toBeLessThan(2);
    }
  });

  it('knows nothing of its error from a single order', async () => {
    const found = await permutationShap(gameOf(golden.cases[0]!), {
      samples: 15,
      random: random(),
    });
    expect(found.samplingError).toBe(1);
  });

  it('gives all to the one feature that varies, and nothing where none does', async () => {
    const game = gameOf(golden.cases[0]!);
    const x = Float32Array.from(game.row);
    x[2] = 9;
    const one = { ...game, background: { x, rows: 1, values: 7 } };
    const found = await permutationShap(one, { random: random() });
    expect(found.attributions[2]).toBe(found.output - found.baseOutput);
    expect(found.samplingError).toBeNull();
    const same = { ...game, background: { x: game.row, rows: 1, values: 7 } };
    const none = await permutationShap(same, { random: random() });
    expect(Array.from(none.attributions)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('takes a pass of all features, however many, and refuses samples for less than one', async () => {
    const values = 300;
    const sum: ModelFunction = (x, rows) =>
      Promise.resolve(
        Float64Array.from({ length: rows }, (_, at) =>
          x.subarray(at * values, (at + 1) * values).reduce((a, b) => a + b, 0),
        ),
      );
    const background = { x: new Float32Array(values), rows: 1, values };
    const row = Float32Array.from({ length: values }, (_, i) => i + 1);
    const game = { model: sum, row, background, classIndex: 0 };
    const found = await permutationShap(game, { random: random() });
    expect(distance(found.attributions, row)).toBeLessThan(1e-9);
    await expect(permutationShap(game, { samples: 600, random: random() })).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining('601') as string,
    });
  });
});
