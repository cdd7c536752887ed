import fc from 'fast-check';
import { binCategories, binNumbers } from '../../../src/ml/audit/reference-bins.ts';
import { golden } from './drift-golden.ts';

const toNumbers = (values: readonly (number | null)[]): Float64Array =>
  Float64Array.from(values, (value) => value ?? NaN);
const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

describe('binNumbers', () => {
  it.each(golden.numbers)('counts as numpy does: $name', ({ reference, current, counts }) => {
    expect(binNumbers(toNumbers(reference), toNumbers(current))).toEqual(counts);
  });

  it('of 1 to 100 puts ten in each bin, and what lies outside into the outer ones', () => {
    const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
    const { reference, current } = binNumbers(hundred, Float64Array.of(-1e9, 1e9, 0.5, 1000, NaN));
    expect(reference).toEqual([0, ...new Array<number>(10).fill(10), 0]);
    expect(current).toEqual([0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1]);
  });

  it('takes a decile that falls on a value as that value, to the last bit', () => {
    // 0.3 · 30 is 8.999999999999998 in doubles.
    const values = Float64Array.from({ length: 31 }, (_, index) => index);
    const { reference } = binNumbers(values, values);
    expect(reference).toEqual([0, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0]);
  });

  it('tells a value below a constant from one above', () => {
    const constant = new Float32Array(20).fill(5);
    const { reference, current } = binNumbers(constant, Float32Array.of(4, 5, 6));
    expect(reference).toEqual([0, 20, 0, 0]);
    expect(current).toEqual([1, 1, 1, 0]);
  });

  it('puts every value into one bin, whatever the values are', () => {
    const values = fc.array(
      fc.oneof(fc.double({ noNaN: false }), fc.integer({ min: -2, max: 2 })),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(values, values, (a, b) => {
        const { reference, current } = binNumbers(Float64Array.from(a), Float64Array.from(b));
        expect(reference).toHaveLength(current.length);
        expect([total(reference), total(current)]).toEqual([a.length, b.length]);
      }),
      { seed: 1 },
    );
  });
});

describe('binCategories', () => {
  it.each(golden.categories)('counts as numpy does: $name', ({ reference, current, counts }) => {
    expect(binCategories(reference, current)).toEqual(counts);
  });

  it('takes names of object properties as any other', () => {
    const { reference, current } = binCategories(['__proto__', 'x'], ['constructor', '__proto__']);
    expect(reference).toEqual([1, 1, 0, 0]);
    expect(current).toEqual([1, 0, 1, 0]);
  });
});
