import { solvePositiveDefinite } from '../../src/ml/solve-positive-definite.ts';

describe('solvePositiveDefinite', () => {
  it('solves a system with a known answer', () => {
    // Hilbert matrix of order 4 times (1, 1, 1, 1).
    const hilbert = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => 1 / (i + j + 1)));
    const right = hilbert.map((line) => line.reduce((sum, value) => sum + value, 0));
    solvePositiveDefinite(hilbert, right)!.forEach((value) => expect(value).toBeCloseTo(1, 9));
  });

  it.each([
    [
      'singular',
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [
      'indefinite',
      [
        [1, 2],
        [2, 1],
      ],
    ],
  ])('has no answer for a %s matrix', (_, matrix) => {
    expect(solvePositiveDefinite(matrix, [1, 1])).toBeNull();
  });
});
