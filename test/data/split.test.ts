import fc from 'fast-check';
import { matchesPattern } from '../../src/data/feature-columns.ts';
import { apportion, splitRows } from '../../src/data/split.ts';

describe('apportion', () => {
  it.each([
    [10, [0.7, 0.1, 0.2], [7, 1, 2]],
    [7, [0.6, 0.2, 0.2], [4, 2, 1]],
    [1, [0.1, 0.45, 0.45], [1, 0, 0]],
    [2, [0.02, 0.49, 0.49], [1, 0, 1]],
    [0, [0.7, 0.1, 0.2], [0, 0, 0]],
    // A sum within the tolerance of 1e-6 must not hand out a row that is not there.
    [2_000_000, [0.7000009, 0.15, 0.15], [1_400_000, 300_000, 300_000]],
    [2_000_000, [0.6999991, 0.15, 0.15], [1_399_999, 300_001, 300_000]],
  ])('divides %i rows by %j into %j', (rows, shares, expected) => {
    expect(apportion(rows, shares)).toEqual(expected);
  });
});

describe('splitRows', () => {
  it('puts each row in one part, and every class into training', () => {
    const labels = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 60, maxLength: 200 });
    fc.assert(
      fc.property(labels, fc.nat(), (values, seed) => {
        const options = { train: 0.5, validation: 0.2, test: 0.3, stratify: true, seed };
        const { train, validation, test } = splitRows(Int32Array.from(values), options);
        const all = [...train, ...validation, ...test].sort((a, b) => a - b);
        expect(all).toEqual(values.map((_, row) => row));
        const trained = new Set(Array.from(train, (row) => values[row]));
        expect(trained).toEqual(new Set(values));
      }),
    );
  });

  it('divides by the seed', () => {
    const labels = new Int32Array(100);
    const split = (seed: number): string =>
      splitRows(labels, {
        train: 0.5,
        validation: 0,
        test: 0.5,
        stratify: false,
        seed,
      }).train.join();
    expect(split(1)).toBe(split(1));
    expect(split(1)).not.toBe(split(2));
  });
});

describe('matchesPattern', () => {
  it.each([
    ['pixel_*', 'pixel_3_4', true],
    ['pixel_*', 'label', false],
    ['*', '', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*b*b', 'abab', true],
    ['*b*b', 'aba', false],
    ['a.c', 'abc', false],
  ])('%s against %s: %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });

  it('answers fast where a regular expression would take years', () => {
    expect(matchesPattern(`${'*a'.repeat(40)}b`, 'a'.repeat(5000))).toBe(false);
  });
});
