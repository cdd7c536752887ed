export interface Quadrature {
  /** Ascending, in (−1, 1). */
  readonly nodes: Float64Array;
  /** Sum 2. */
  readonly weights: Float64Array;
}

const known = new Map<number, Quadrature>();

/**
 * Nodes and weights of Gauss–Legendre quadrature on [−1, 1]: exact for polynomials up to degree
 * 2n − 1. Roots of Pₙ by Newton's method from Tricomi's estimate.
 *
 * @param count  n, at least 1.
 * @see Abramowitz and Stegun 1964, 25.4.29; Press et al., Numerical Recipes, 4.6
 */
export function gaussLegendre(count: number): Quadrature {
  const cached = known.get(count);
  if (cached) return cached;
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let index = 0; index < Math.ceil(count / 2); index += 1) {
    const { root, slope } = findRoot(count, Math.cos((Math.PI * (index + 0.75)) / (count + 0.5)));
    const weight = 2 / ((1 - root * root) * slope * slope);
    nodes[index] = -root;
    nodes[count - 1 - index] = root;
    weights[index] = weight;
    weights[count - 1 - index] = weight;
  }
  const quadrature = { nodes, weights };
  known.set(count, quadrature);
  return quadrature;
}

/** @returns a root of Pₙ and P′ₙ there. */
function findRoot(count: number, estimate: number): { root: number; slope: number } {
  let root = estimate;
  // Converges quadratically; 3 to 5 rounds reach the last bit, where it may flicker.
  for (let round = 0; round < 20; round += 1) {
    const { value, slope } = legendre(count, root);
    const change = value / slope;
    root -= change;
    if (Math.abs(change) < 1e-16) break;
  }
  // The middle node of an odd rule is 0 by symmetry.
  if (Math.abs(root) < 1e-15) root = 0;
  return { root, slope: legendre(count, root).slope };
}

/** Pₙ and P′ₙ at x by Bonnet's recursion. */
function legendre(count: number, x: number): { value: number; slope: number } {
  let before = 0;
  let value = 1;
  for (let n = 1; n <= count; n += 1) {
    const next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
    before = value;
    value = next;
  }
  return { value, slope: (count * (x * value - before)) / (x * x - 1) };
}
