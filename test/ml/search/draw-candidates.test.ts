import { drawCandidates, gridOf } from '../../../src/ml/search/draw-candidates.ts';
import { readSpace, type SearchSpace } from '../../../src/search/search-space.ts';

const spaceOf = (given: object): SearchSpace => {
  const read = readSpace(given as never);
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.space;
};
const valuesAt = (place: string, given: object, trials = 4000): number[] =>
  drawCandidates(spaceOf(given), { trials, seed: 5 }).map((candidate) => Number(candidate[place]));

it('gives every combination of a grid, the last place changing fastest', () => {
  expect(gridOf(spaceOf({ 'architect.a': [1, 2], 'train.b': ['x', 'y'] }))).toEqual([
    { 'architect.a': 1, 'train.b': 'x' },
    { 'architect.a': 1, 'train.b': 'y' },
    { 'architect.a': 2, 'train.b': 'x' },
    { 'architect.a': 2, 'train.b': 'y' },
  ]);
});

it('draws each candidate once, and all of a small space', () => {
  const space = spaceOf({ 'architect.a': [1, 2, 3], 'train.b': [1, 2, 3] });
  const some = drawCandidates(space, { trials: 8, seed: 1 });
  expect(new Set(some.map((one) => JSON.stringify(one))).size).toBe(8);
  expect(drawCandidates(space, { trials: 9, seed: 1 })).toEqual(gridOf(space));
});

it('is the same for the same seed, and begins as a smaller search does', () => {
  const space = spaceOf({ 'train.x': { between: [0, 1] }, 'architect.a': [1, 2] });
  const ten = drawCandidates(space, { trials: 10, seed: 3 });
  expect(drawCandidates(space, { trials: 4, seed: 3 })).toEqual(ten.slice(0, 4));
  expect(drawCandidates(space, { trials: 10, seed: 4 })).not.toEqual(ten);
});

// Standard errors of 4,000 draws: 0.29/√4000 = 0.0046 for a uniform mean.
it('draws a linear range evenly', () => {
  const values = valuesAt('train.x', { 'train.x': { between: [2, 4] } });
  expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...values)).toBeLessThanOrEqual(4);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean - 3)).toBeLessThan(4 * 2 * 0.0046);
});

it('draws a log range evenly over factors of ten', () => {
  const values = valuesAt('train.x', { 'train.x': { between: [0.001, 1], scale: 'log' } });
  for (const decade of [-3, -2, -1]) {
    const inside = values.filter((value) => Math.floor(Math.log10(value)) === decade).length;
    // 4,000 draws with probability 1/3: a standard deviation of 30.
    expect(Math.abs(inside - 4000 / 3)).toBeLessThan(120);
  }
});

it('draws both ends of a range of integers as often as those between', () => {
  // The second place keeps draws of one integer apart.
  const values = valuesAt('train.x', {
    'train.x': { between: [1, 4], type: 'integer' },
    'train.y': { between: [0, 1] },
  });
  for (const value of [1, 2, 3, 4]) {
    const count = values.filter((one) => one === value).length;
    // 4,000 draws with probability 1/4: a standard deviation of 27.
    expect(Math.abs(count - 1000)).toBeLessThan(110);
  }
});

it('draws integers on a log scale by the share of their interval', () => {
  const values = valuesAt('train.x', {
    'train.x': { between: [1, 7], type: 'integer', scale: 'log' },
    'train.y': { between: [0, 1] },
  });
  const ones = values.filter((one) => one === 1).length;
  // ln(2/1) / ln(8/1) = 1/3.
  expect(Math.abs(ones - 4000 / 3)).toBeLessThan(120);
  expect(Math.max(...values)).toBe(7);
});
