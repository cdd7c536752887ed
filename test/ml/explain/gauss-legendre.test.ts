import { gaussLegendre } from '../../../src/ml/explain/gauss-legendre.ts';
import { distance, golden } from './golden-game.ts';

describe('gaussLegendre', () => {
  it.each(golden.quadratures.map((one) => [one.count, one] as const))(
    'has the nodes and weights of numpy with %i nodes',
    (count, { nodes, weights }) => {
      const found = gaussLegendre(count);
      expect(distance(found.nodes, nodes)).toBeLessThan(1e-12);
      expect(distance(found.weights, weights)).toBeLessThan(1e-12);
    },
  );

  it('integrates polynomials up to degree 2n − 1 exactly', () => {
    const { nodes, weights } = gaussLegendre(5);
    for (let degree = 0; degree <= 9; degree += 1) {
      const sum = nodes.reduce((total, node, at) => total + weights[at]! * node ** degree, 0);
      expect(sum).toBeCloseTo(degree % 2 === 0 ? 2 / (degree + 1) : 0, 13);
    }
  });
});
