import { solvePositiveDefinite } from '../../solve-positive-definite.ts';
import type { CentredSums } from './weighted-sums.ts';

export interface RidgeFit {
  /** `[chosen]`, probability per presence of the feature. */
  readonly coefficients: readonly number[];
  readonly intercept: number;
  /** Weighted; 1 of outputs that do not vary, as the reference has it. */
  readonly r2: number;
}

/**
 * Minimises Σ w (y − b − β·x)² + penalty·|β|² over the chosen features; the intercept is not
 * penalised.
 *
 * @param penalty  above 0, so that there always is one solution.
 * @see Hoerl and Kennard 1970; scikit-learn `Ridge(alpha=penalty)` with sample weights
 */
export function fitRidge(sums: CentredSums, chosen: readonly number[], penalty: number): RidgeFit {
  const at = (i: number, j: number): number => {
    const [a, b] = [chosen[i] as number, chosen[j] as number];
    return sums.pairs[Math.max(a, b) * sums.features + Math.min(a, b)] as number;
  };
  const matrix = chosen.map((_, i) =>
    Float64Array.from({ length: i + 1 }, (__, j) => at(i, j) + (i === j ? penalty : 0)),
  );
  const right = chosen.map((feature) => sums.products[feature] as number);
  // A column that does not vary has next to nothing on its diagonal but the penalty.
  const solved = solvePositiveDefinite(matrix, right) ?? right.map(() => NaN);
  let explained = 0;
  let intercept = sums.meanOutput;
  solved.forEach((value, i) => {
    intercept -= value * (sums.means[chosen[i] as number] as number);
    explained += 2 * value * (right[i] as number);
    for (let j = 0; j < solved.length; j += 1) {
      explained -= value * (solved[j] as number) * at(i, j);
    }
  });
  const r2 = sums.variation > 0 ? explained / sums.variation : 1;
  return { coefficients: solved, intercept, r2 };
}
