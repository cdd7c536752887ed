import fc from 'fast-check';
import { occlusionPatches } from '../../../src/ml/explain/occlusion-patches.ts';
import { occlusion, type Patch } from '../../../src/ml/explain/occlusion.ts';
import type { ModelFunction } from '../../../src/ml/explain/model-function.ts';
import { distance } from './golden-game.ts';

const linear =
  (weights: readonly number[]): ModelFunction =>
  (x, rows) =>
    Promise.resolve(
      Float64Array.from({ length: 2 * rows }, (_, at) => {
        const start = (at >> 1) * weights.length;
        const sum = weights.reduce((all, w, i) => all + w * x[start + i]!, 0);
        return at % 2 === 0 ? sum : -sum;
      }),
    );

const NONE = { x: new Float32Array(), rows: 0, values: 0 };
const table = (width: number) => [{ name: 'input', shape: [width], offset: 0 }];
const coordinate = fc.float({ min: -4, max: 4, noNaN: true });
const list = (length: number) => fc.array(coordinate, { minLength: length, maxLength: length });
const sorted = (patches: readonly Patch[]) =>
  patches.map(({ values }) => [...values].sort((a, b) => a - b));

describe('occlusion', () => {
  it('gives w(x − mean) for a table and a linear model', async () => {
    await fc.assert(
      fc.asyncProperty(list(5), list(5), list(15), async (weights, given, flat) => {
        const row = Float32Array.from(given);
        const background = { x: Float32Array.from(flat), rows: 3, values: 5 };
        const patches = occlusionPatches({ row, inputs: table(5), background });
        const model = linear(weights);
        const found = await occlusion({ model, row, classIndex: 0, patches });
        const mean = (i: number) => (flat[i]! + flat[5 + i]! + flat[10 + i]!) / 3;
        const expected = weights.map((w, i) => w * (row[i]! - mean(i)));
        expect(distance(found.attributions, expected)).toBeLessThan(1e-4);
        const sum = weights.reduce((all, w, i) => all + w * row[i]!, 0);
        expect(found.output).toBeCloseTo(sum, 6);
      }),
      { seed: 3, numRuns: 50 },
    );
  });

  it('gives a pixel the mean over its windows, on a linear model', async () => {
    const [height, width, channels] = [5, 4, 2];
    const row = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i));
    const weights = Array.from(row, (_, i) => Math.cos(3 * i));
    const inputs = [{ name: 'input', shape: [height, width, channels], offset: 0 }];
    const options = { row, inputs, background: NONE, window: 2, stride: 2, fill: 0.25 };
    const patches = occlusionPatches(options);
    const found = await occlusion({ model: linear(weights), row, classIndex: 1, patches });
    // Rows 0, 2, 3 and columns 0, 2: row 3 of the picture is in two windows.
    const windows = [0, 2, 3].flatMap((top) => [0, 2].map((left) => [top, left] as const));
    const expected = Array.from(row, (_, at) => {
      const [y, x] = [Math.floor(at / 8), Math.floor(at / 2) % 4];
      const own = windows.filter(([t, l]) => y >= t && y < t + 2 && x >= l && x < l + 2);
      const losses = own.map(([t, l]) => {
        let sum = 0;
        for (let i = 0; i < 40; i += 1) {
          const [r, c] = [Math.floor(i / 8), Math.floor(i / 2) % 4];
          if (r >= t && r < t + 2 && c >= l && c < l + 2) sum -= weights[i]! * (row[i]! - 0.25);
        }
        return sum;
      });
      return losses.reduce((a, b) => a + b, 0) / losses.length;
    });
    expect(distance(found.attributions, expected)).toBeLessThan(1e-5);
    expect(found.evaluations).toBe(7);
  });
});

describe('occlusionPatches', () => {
  it('masks each word once, and neither padding nor marks', () => {
    const row = Float32Array.from([0.5, 2, 9, 5, 1, 9, 3, 0, 0]);
    const inputs = [
      { name: 'table', shape: [1], offset: 0 },
      { name: 'text', shape: [8], offset: 1, vocabulary: 10 },
    ];
    const background = { x: row, rows: 1, values: 9 };
    expect(occlusionPatches({ row, inputs, background })).toEqual([
      { values: [2], cover: [1] },
      { values: [3], cover: [1] },
      { values: [5], cover: [1] },
    ]);
  });

  it('refuses windows with pixels between them', () => {
    const inputs = [{ name: 'input', shape: [4, 4, 1], offset: 0 }];
    const options = { row: new Float32Array(16), inputs, background: NONE, window: 2, stride: 3 };
    expect(() => occlusionPatches(options)).toThrow(
      expect.objectContaining({ code: 'SPEC_INVALID' }),
    );
  });

  it('leaves out values of a table that are the mean', () => {
    const row = Float32Array.from([2, 3]);
    const background = { x: Float32Array.from([1, 0, 3, 1]), rows: 2, values: 2 };
    expect(occlusionPatches({ row, inputs: table(2), background })).toEqual([
      { values: [1], cover: [0.5] },
    ]);
  });

  it('covers every pixel, with windows of a quarter of the shorter side and half that apart', () => {
    const pixels = (height: number, width: number) => ({
      row: new Float32Array(height * width),
      inputs: [{ name: 'input', shape: [height, width, 1], offset: 0 }],
      background: NONE,
    });
    const windows = sorted(occlusionPatches(pixels(8, 9)));
    expect(windows).toHaveLength(7 * 8);
    expect(windows[0]).toEqual([0, 1, 9, 10]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        (height, width, window, stride) => {
          fc.pre(stride <= Math.min(window, height, width));
          const patches = occlusionPatches({ ...pixels(height, width), window, stride });
          const covered = new Set(sorted(patches).flat());
          expect(covered.size).toBe(height * width);
        },
      ),
      { seed: 5 },
    );
  });
});
