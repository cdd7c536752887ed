import fc from 'fast-check';
import { exactShap } from '../../../src/ml/explain/exact-shap.ts';
import type { ModelFunction } from '../../../src/ml/explain/model-function.ts';
import { passageShap } from '../../../src/ml/explain/passage-shap.ts';
import { passagesOf } from '../../../src/ml/explain/passages.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

const random = () => new CounterRandom({ seed: 0, stream: 'test' });
const WEIGHTS = [0.01, -0.02, 0.005, 0.03, 0.001, -0.004, 0.002];

/** Σ w x, of the second of two classes. */
const linear: ModelFunction = (x, rows) =>
  Promise.resolve(
    Float64Array.from({ length: 2 * rows }, (_, at) => {
      const start = (at >> 1) * WEIGHTS.length;
      const sum = WEIGHTS.reduce((total, weight, i) => total + weight * x[start + i]!, 0.3);
      return at % 2 === 1 ? sum : 1 - sum;
    }),
  );

const row = Float32Array.from([7, 5, 9, 4, 6, 0, 0]);
const background = {
  x: Float32Array.from([4, 4, 4, 4, 4, 4, 4, 6, 8, 5, 0, 0, 0, 0]),
  rows: 2,
  values: 7,
};
const game = (model: ModelFunction) => ({ model, row, background, classIndex: 1 });

describe('passageShap', () => {
  it('gives each passage of a linear model the sum over its values, padding with the last', async () => {
    const passages = passagesOf(row, [{ offset: 0, length: 7 }], 2);
    const found = await passageShap(game(linear), passages, { random: random() });
    const own = WEIGHTS.map(
      (w, i) => w * (row[i]! - (background.x[i]! + background.x[7 + i]!) / 2),
    );
    const sum = (from: number, to: number) => own.slice(from, to).reduce((a, b) => a + b, 0);
    const expected = [sum(0, 2), sum(2, 4), sum(4, 7)];
    expect(found.ofPassages).toHaveLength(3);
    found.ofPassages.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
    const [first, second, third] = expected as [number, number, number];
    [first / 2, first / 2, second / 2, second / 2, third, 0, 0].forEach((value, i) =>
      expect(found.attributions[i]).toBeCloseTo(value, 12),
    );
    expect(found.error).toBeLessThan(1e-12);
  });

  it('equals exact SHAP where each passage is one token', async () => {
    const curved: ModelFunction = async (x, rows) => {
      const sums = await linear(x, rows);
      return Float64Array.from(sums, (p, at) => (at % 2 ? p * p : 1 - sums[at + 1]! ** 2));
    };
    const passages = Array.from(row, (_, i) => ({
      ranges: [[i, i + 1] as const],
      tokens: [i, i + 1] as const,
    }));
    const found = await passageShap(game(curved), passages, { random: random() });
    const exact = await exactShap(game(curved));
    exact.attributions.forEach((value, i) => expect(found.attributions[i]).toBeCloseTo(value, 9));
    expect(found.output).toBeCloseTo(exact.output, 12);
    expect(found.baseOutput).toBeCloseTo(exact.baseOutput, 12);
  });
});

describe('passagesOf', () => {
  it('covers every value of the row once, and no padding with tokens', () => {
    const words = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 });
    fc.assert(
      fc.property(words, words, fc.integer({ min: 1, max: 8 }), (a, b, passageTokens) => {
        const text = (tokens: number[]) => [
          ...tokens,
          ...Array<number>(20 - tokens.length).fill(0),
        ];
        const whole = Float32Array.from([0.5, ...text(a), ...text(b), 0.5]);
        const slices = [1, 21].map((offset) => ({ offset, length: 20 }));
        const passages = passagesOf(whole, slices, passageTokens);
        const covered = passages.flatMap(({ ranges }) =>
          ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)),
        );
        expect(covered.toSorted((m, n) => m - n)).toEqual(Array.from(whole.keys()));
        const sizes = passages.map(({ tokens: [from, to] }) => to - from);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(a.length + b.length);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(passageTokens);
      }),
      { seed: 1 },
    );
  });
});
