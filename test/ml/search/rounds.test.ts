import { halvingRounds, rank } from '../../../src/ml/search/rounds.ts';

it('trains fewer candidates longer, from round to round', () => {
  expect(halvingRounds({ candidates: 9, epochs: 27, firstEpochs: 3, factor: 3 })).toEqual([
    { epochs: 3, keeps: 3 },
    { epochs: 9, keeps: 1 },
    { epochs: 27, keeps: 1 },
  ]);
  expect(halvingRounds({ candidates: 10, epochs: 20, firstEpochs: 2, factor: 4 })).toEqual([
    { epochs: 2, keeps: 3 },
    { epochs: 8, keeps: 1 },
    { epochs: 20, keeps: 1 },
  ]);
});

it('goes to the last round at once where one candidate is left, or the first is as long', () => {
  expect(halvingRounds({ candidates: 1, epochs: 20, firstEpochs: 2, factor: 3 })).toEqual([
    { epochs: 20, keeps: 1 },
  ]);
  expect(halvingRounds({ candidates: 9, epochs: 5, firstEpochs: 5, factor: 3 })).toEqual([
    { epochs: 5, keeps: 1 },
  ]);
});

it('ranks by score, then by size, then by the order of the draws', () => {
  const standings = [
    { index: 0, score: 0.5, parameters: 10 },
    { index: 1, score: null, parameters: 1 },
    { index: 2, score: 0.9, parameters: 30 },
    { index: 3, score: 0.9, parameters: 20 },
    { index: 4, score: 0.9, parameters: 20 },
  ];
  expect(rank(standings, 'higher').map(({ index }) => index)).toEqual([3, 4, 2, 0]);
  expect(rank(standings, 'lower').map(({ index }) => index)).toEqual([0, 3, 4, 2]);
});
