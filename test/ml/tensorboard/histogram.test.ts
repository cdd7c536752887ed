import fc from 'fast-check';
import { filterPicture } from '../../../src/ml/tensorboard/filter-picture.ts';
import { histogramOf } from '../../../src/ml/tensorboard/histogram.ts';

describe('histogramOf', () => {
  it('counts every value once, in intervals that rise to the largest', () => {
    const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(
        fc.float32Array({ minLength: 1, maxLength: 200, noNaN: true, min: -1e6, max: 1e6 }),
        value,
        (values, one) => {
          values[0] = one;
          const found = histogramOf(values);
          expect(found.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
          expect(found.limits.at(-1)).toBe(Math.max(...values));
          expect(found.limits).toEqual([...found.limits].sort((a, b) => a - b));
          expect(found).toMatchObject({ min: Math.min(...values), count: values.length });
        },
      ),
      { seed: 3 },
    );
  });

  it('counts by hand', () => {
    const values = Float32Array.from({ length: 31 }, (_, at) => at);
    const { counts, sum, sumSquares } = histogramOf(values);
    expect(counts).toEqual([...Array.from({ length: 29 }, () => 1), 2]);
    expect({ sum, sumSquares }).toEqual({ sum: 465, sumSquares: 9455 });
  });

  it('gives equal values one interval', () => {
    expect(histogramOf(new Float32Array(5).fill(2))).toMatchObject({ limits: [2], counts: [5] });
  });
});

describe('filterPicture', () => {
  const dense = { type: 'dense', shape: [12, 3], values: new Float32Array(36).fill(1) };

  it('draws the units of a dense layer over a picture as pictures', () => {
    const picture = filterPicture([2, 2, 3], dense);
    expect(picture).toMatchObject({ width: 2 * (2 * 52 + 4), height: 2 * (2 * 52 + 4) });
    expect(Buffer.from(picture!.png.subarray(1, 4)).toString()).toBe('PNG');
  });

  it('draws no more than 64 filters', () => {
    const values = new Float32Array(9 * 200);
    const picture = filterPicture([8, 8, 1], { type: 'conv2d', shape: [3, 3, 1, 200], values });
    expect(picture).toMatchObject({ width: 2 * (8 * 52 + 4), height: 2 * (8 * 52 + 4) });
  });

  it.each([
    ['a table', [12], dense],
    ['a dense layer over something else', [2, 2, 2], dense],
    ['a kernel that is no picture', [2, 2, 3], { ...dense, type: 'embedding' }],
    [
      'a picture that is too large',
      [40, 40, 1],
      { type: 'dense', shape: [1600, 1], values: new Float32Array(1600) },
    ],
  ])('draws nothing of %s', (_, inputShape, kernel) => {
    expect(filterPicture(inputShape, kernel)).toBeNull();
  });
});
