import { normalQuantile } from './normal-distribution.ts';

/**
 * Quantile of Student's t, by its expansion about the normal; good to 1e-3 from 9 degrees of freedom on.
 *
 * @param probability  in (0.5, 1).
 * @param freedom  degrees of freedom, from 9.
 * @see Abramowitz and Stegun 1964, 26.7.5
 */
export function studentQuantile(probability: number, freedom: number): number {
  const z = normalQuantile(probability);
  const [z3, z5, z7, z9] = [z ** 3, z ** 5, z ** 7, z ** 9];
  const g1 = (z3 + z) / 4;
  const g2 = (5 * z5 + 16 * z3 + 3 * z) / 96;
  const g3 = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384;
  const g4 = (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / 92_160;
  return z + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3 + g4 / freedom ** 4;
}
