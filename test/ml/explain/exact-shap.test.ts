import fc from 'fast-check';
import type { CoalitionGame } from '../../../src/ml/explain/coalition-values.ts';
import { exactShap } from '../../../src/ml/explain/exact-shap.ts';
import type { ModelFunction } from '../../../src/ml/explain/model-function.ts';
import { distance, gameOf, golden } from './golden-game.ts';

/** The definition by permutations: the mean gain of a feature over all orders of arrival. */
async function byPermutations({ model, row, background, classIndex }: CoalitionGame) {
  const { values, rows } = background;
  const worth = async (present: ReadonlySet<number>) => {
    const x = background.x.map((value, at) =>
      present.has(at % values) ? row[at % values]! : value,
    );
    const out = await model(x, rows);
    const classes = out.length / rows;
    let sum = 0;
    for (let r = 0; r < rows; r += 1) sum += out[r * classes + classIndex]!;
    return sum / rows;
  };
  const gains = new Float64Array(values);
  const orders = permutations(Array.from({ length: values }, (_, index) => index));
  for (const order of orders) {
    const present = new Set<number>();
    let before = await worth(present);
    for (const feature of order) {
      present.add(feature);
      const after = await worth(present);
      gains[feature]! += (after - before) / orders.length;
      before = after;
    }
  }
  return gains;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first) =>
    permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}

const linear =
  (weights: readonly number[]): ModelFunction =>
  (x, rows) =>
    Promise.resolve(
      Float64Array.from({ length: 2 * rows }, (_, at) => {
        const row = Math.floor(at / 2);
        const sum = weights.reduce((s, w, i) => s + w * x[row * weights.length + i]!, 0);
        return at % 2 === 0 ? sum : 1 - sum;
      }),
    );

const coordinate = fc.float({ min: -4, max: 4, noNaN: true });

describe('exactShap', () => {
  it.each(golden.cases.map((one, index) => [index, one] as const))(
    'equals the reference implementation, case %i',
    async (_, one) => {
      const found = await exactShap(gameOf(one));
      expect(distance(found.attributions, one.exact)).toBeLessThan(1e-12);
      expect(found.output).toBeCloseTo(one.output, 12);
      expect(found.baseOutput).toBeCloseTo(one.baseOutput, 12);
      expect(found.error).toBeLessThan(1e-12);
    },
  );

  it('equals the definition by permutations', async () => {
    const one = golden.cases[0]!;
    const five = {
      ...one,
      row: one.row.slice(0, 5),
      background: one.background.slice(0, 4).map((line) => line.slice(0, 5)),
    };
    const game = gameOf(five);
    const found = await exactShap(game);
    expect(distance(found.attributions, await byPermutations(game))).toBeLessThan(1e-12);
  });

  it('gives w·(x − mean background) for a linear model', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(coordinate, { minLength: 4, maxLength: 4 }),
        fc.array(coordinate, { minLength: 4, maxLength: 4 }),
        fc.array(coordinate, { minLength: 12, maxLength: 12 }),
        async (weights, row, flat) => {
          const background = { x: Float32Array.from(flat), rows: 3, values: 4 };
          const found = await exactShap({
            model: linear(weights),
            row: Float32Array.from(row),
            background,
            classIndex: 0,
          });
          const expected = weights.map(
            (w, i) => w * (row[i]! - (flat[i]! + flat[4 + i]! + flat[8 + i]!) / 3),
          );
          expect(distance(found.attributions, expected)).toBeLessThan(1e-12);
        },
      ),
      { seed: 11, numRuns: 50 },
    );
  });

  it('gives every feature 0 where the background is the row', async () => {
    const row = Float32Array.of(1, 2, 3);
    const found = await exactShap({
      model: linear([1, 2, 3]),
      row,
      background: { x: row, rows: 1, values: 3 },
      classIndex: 0,
    });
    expect([...found.attributions]).toEqual([0, 0, 0]);
    expect(found.output).toBe(found.baseOutput);
  });

  it('refuses more than 15 features and names the way out', async () => {
    const row = new Float32Array(16);
    const game = {
      model: linear([]),
      row,
      background: { x: row, rows: 1, values: 16 },
      classIndex: 0,
    };
    await expect(exactShap(game)).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      remedy: expect.stringContaining('kernel-shap') as string,
    });
  });
});
