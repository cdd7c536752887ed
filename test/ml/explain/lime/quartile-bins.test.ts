import { binOf, nameOfBin, quartileBins } from '../../../../src/ml/explain/lime/quartile-bins.ts';
import { distance } from '../golden-game.ts';
import { reference } from './reference.ts';

describe('quartileBins', () => {
  it.each(reference.bins)('divides "$name" as lime', (golden) => {
    const bins = quartileBins(Float64Array.from(golden.column));
    expect(Array.from(bins.lows)).toEqual(golden.lows);
    expect(Array.from(bins.highs)).toEqual(golden.highs);
    expect(distance(bins.means, golden.means)).toBeLessThan(1e-12);
    expect(distance(bins.deviations, golden.deviations)).toBeLessThan(1e-12);
    const frequencies = Array.from(bins.counts, (count) => count / golden.column.length);
    expect(distance(frequencies, golden.frequencies)).toBeLessThan(1e-15);
    expect(golden.values.map((value) => binOf(bins.borders, value))).toEqual(golden.binOf);
  });

  it.each(reference.bins)('names the bins of "$name" as lime', ({ name, column, names }) => {
    const borders = Array.from(quartileBins(Float64Array.from(column)).borders);
    expect(names.map((_, bin) => nameOfBin(name, borders, bin))).toEqual(names);
  });

  it('takes as many decimals as tell borders apart', () => {
    expect(nameOfBin('x', [0.0612, 0.0618, 0.07], 1)).toBe('0.061 < x <= 0.062');
    expect(nameOfBin('x', [0.061, 0.07], 2)).toBe('x > 0.07');
  });

  it('divides a column of one row', () => {
    const bins = quartileBins(Float64Array.of(4));
    expect(bins).toMatchObject({ borders: Float64Array.of(4), counts: Int32Array.of(1, 0) });
  });
});
