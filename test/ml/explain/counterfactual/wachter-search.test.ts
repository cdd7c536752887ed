import type { Column } from '../../../../src/ml/explain/counterfactual/changeable-columns.ts';
import {
  wachterSearch,
  type MissGradient,
} from '../../../../src/ml/explain/counterfactual/wachter-search.ts';

const WEIGHTS = [2, 1.5];
const UNITS = [0.5, 1];
const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
const probability = (a: number, b: number) => sigmoid(WEIGHTS[0]! * a + WEIGHTS[1]! * b - 1);
const gradient: MissGradient = (x, rows) =>
  Promise.resolve(
    Float64Array.from({ length: 2 * rows }, (_, at) => {
      const start = at - (at % 2);
      const p = probability(x[start]!, x[start + 1]!);
      return -2 * (1 - p) * p * (1 - p) * WEIGHTS[at % 2]!;
    }),
  );

const columns = UNITS.map((spread, at): Column => {
  const encoder = { column: `c${at}`, scale: 'none', offset: 0, divisor: 1, imputed: 0 } as const;
  const range = { low: -4, high: 4, direction: 'any', decimals: 6 } as const;
  return { kind: 'number', encoder: { type: 'number', ...encoder }, at, spread, ...range };
});
const space = { row: new Float32Array(2), columns };

describe('wachterSearch', () => {
  it('comes to the least of the objective, as a fine grid finds it, for every λ of use', async () => {
    const found = await wachterSearch({ space, gradient, classIndex: 1 });
    expect(found).toHaveLength(10);
    for (const [power, point] of found.slice(0, 4).entries()) {
      const lambda = 0.1 * 10 ** power;
      const objective = (a: number, b: number) =>
        lambda * (1 - probability(a, b)) ** 2 + Math.abs(a) / UNITS[0]! + Math.abs(b) / UNITS[1]!;
      let least = Infinity;
      for (let i = -40; i <= 200; i += 1) {
        for (let j = -40; j <= 200; j += 1) least = Math.min(least, objective(i / 50, j / 50));
      }
      expect(objective(point[0]!, point[1]!)).toBeLessThan(1.03 * least);
    }
    // What is not worth its change has not moved at all.
    expect([...found[0]!]).toEqual([0, 0]);
    expect(found[2]![0]).toBe(0);
    expect(found[2]![1]).toBeGreaterThan(1);
  });

  it('stays within the bounds', async () => {
    const narrow = columns.map((column) => ({ ...column, high: 0.25 }) as Column);
    const found = await wachterSearch({
      space: { ...space, columns: narrow },
      gradient,
      classIndex: 1,
    });
    for (const point of found) expect(Math.max(...point)).toBeLessThanOrEqual(0.25);
    expect([...found[9]!]).toEqual([0.25, 0.25]);
  });
});
