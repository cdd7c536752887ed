import {
  numberGrid,
  partialDependence,
} from '../../../../src/ml/explain/global/partial-dependence.ts';
import { distance } from '../golden-game.ts';
import { block, golden, model } from './golden-global.ts';

const column = (feature: number) => Float32Array.from(golden.x, (row) => row[feature]!);

describe('partial dependence', () => {
  it.each(golden.dependence)(
    "is scikit-learn's for feature $feature and a grid of $resolution, to 1e-10",
    async ({ feature, resolution, grid, average, individual }) => {
      const own = numberGrid(column(feature), resolution, [0.05, 0.95]);
      // scikit-learn's quantiles are of float32 rows.
      expect(distance(own, grid)).toBeLessThan(1e-6);
      const points = grid.map((value) => [value]);
      const found = await partialDependence({
        model,
        block,
        classes: 3,
        feature: [feature],
        grid: points,
      });
      average.forEach((curve, c) =>
        expect(
          distance(
            found.average.map((point) => point[c]!),
            curve,
          ),
        ).toBeLessThan(1e-10),
      );
      individual.forEach((rows, c) =>
        rows.forEach((curve, row) => {
          const mine = found.individual.map((point) => point[row * 3 + c]!);
          expect(distance(mine, curve)).toBeLessThan(1e-10);
        }),
      );
    },
  );

  it('sets all values of a feature at once, and leaves the rows as they were', async () => {
    const before = block.x.slice();
    const seen: Float32Array[] = [];
    await partialDependence({
      model: (x, rows) => (seen.push(x.slice()), model(x, rows)),
      block,
      classes: 3,
      feature: [1, 3],
      grid: [
        [0, 1],
        [1, 0],
      ],
    });
    expect(block.x).toEqual(before);
    expect([...seen[1]!.subarray(0, 4)]).toEqual([before[0], 1, before[2], 0]);
  });

  it('has one point for a constant feature', () => {
    expect(numberGrid(new Float32Array(9).fill(2), 5, [0.05, 0.95])).toEqual([2]);
    expect(numberGrid(Float32Array.of(4), 5, [0.05, 0.95])).toEqual([4]);
  });

  it('refuses quantiles with nothing between them, and answers that are not finite', async () => {
    const values = Float32Array.from({ length: 100 }, (_, at) => (at < 98 ? 1 : at));
    expect(() => numberGrid(values, 3, [0.05, 0.95])).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID' }),
    );
    const broken = partialDependence({
      model: (_, rows) => Promise.resolve(new Float64Array(rows * 3).fill(NaN)),
      block,
      classes: 3,
      feature: [0],
      grid: [[1]],
    });
    await expect(broken).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});
