/** How likely chance alone gives so large a χ². */

/** Below it further terms change nothing: less than half a unit in the last place. */
const PRECISION = 1e-17;

/**
 * P(χ² ≥ x) for a whole number of degrees of freedom, in [0, 1].
 *
 * Q(a + 1, y) = Q(a, y) + yᵃ e⁻ʸ / Γ(a + 1) with a = degrees/2 and y = x/2, from
 * Q(1, y) = e⁻ʸ or Q(½, y) = erfc(√y). All terms are positive, so nothing cancels.
 *
 * @param x  at least 0.
 * @param degrees  from 0; 0 makes any x certain.
 * @see Abramowitz and Stegun 1964, 26.4.4 and 26.4.5
 */
export function chiSquaredTail(x: number, degrees: number): number {
  if (degrees === 0 || x <= 0) return 1;
  const y = x / 2;
  const isOdd = degrees % 2 === 1;
  let sum = isOdd ? complementaryError(Math.sqrt(y)) : Math.exp(-y);
  // In logarithms: for many degrees yᵃ and Γ leave the range of doubles.
  const first = isOdd ? 0.5 : 1;
  let logTerm = first * Math.log(y) - y - (isOdd ? Math.log(Math.sqrt(Math.PI) / 2) : 0);
  for (let a = first; a < degrees / 2; a += 1) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(y / (a + 1));
  }
  return Math.min(1, sum);
}

/** Where the continued fraction takes over from the series; both are exact around it. */
const SERIES_ENDS = 2;

/** erfc(z) for z ≥ 0, relative error below 1e-13. @see Abramowitz and Stegun 1964, 7.1.6, 7.1.14 */
function complementaryError(z: number): number {
  const factor = Math.exp(-z * z) / Math.sqrt(Math.PI);
  return z < SERIES_ENDS ? 1 - 2 * factor * errorSeries(z) : factor * errorFraction(z);
}

/** Σ 2ⁿ z²ⁿ⁺¹ / (1·3·…·(2n + 1)). */
function errorSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; term > sum * PRECISION; n += 1) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  return sum;
}

const FRACTION_TERMS = 120;

/** 1/(z + ½/(z + 1/(z + 3⁄2/(z + 2/(z + …))))), from the inside out. */
function errorFraction(z: number): number {
  let value = z;
  for (let n = FRACTION_TERMS; n > 0; n -= 1) value = z + n / 2 / value;
  return 1 / value;
}
