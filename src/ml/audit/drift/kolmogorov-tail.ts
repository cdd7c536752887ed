/** The distribution of the one-sample Kolmogorov–Smirnov statistic for many rows. */

/** From here on both sides are hardly ever reached together, and twice one side is exact enough. */
const ONE_SIDED_FROM = 2.2;
/** nd² above it has no chance that a double can hold. */
const NO_CHANCE = 370;
const PI2 = Math.PI ** 2;

/**
 * P(Dₙ ≥ d) for n above 140, as scipy's `kstwo.sf`: Pelz and Good's expansion, and twice Smirnov's
 * one-sided sum where nd² ≥ 2.2.
 *
 * @see Simard and L'Ecuyer 2011, Computing the two-sided Kolmogorov–Smirnov distribution
 */
export function finiteSampleTail(n: number, d: number): number {
  const scaled = n * d * d;
  if (d <= 0) return 1;
  if (d >= 1 || scaled >= NO_CHANCE) return 0;
  const tail = scaled >= ONE_SIDED_FROM ? 2 * smirnovTail(n, d) : 1 - pelzGood(n, d);
  return Math.min(1, Math.max(0, tail));
}

/** P(Dₙ⁺ ≥ d) = d Σⱼ C(n, j) (d + j/n)^(j−1) (1 − d − j/n)^(n−j). @see Birnbaum and Tingey 1951 */
function smirnovTail(n: number, d: number): number {
  let [sum, logChoose] = [0, 0];
  for (let j = 0; j <= Math.floor(n * (1 - d)); j += 1) {
    const rest = 1 - d - j / n;
    if (rest > 0 || j === n) {
      const power = j === n ? 0 : (n - j) * Math.log(rest);
      sum += Math.exp(logChoose + (j - 1) * Math.log(d + j / n) + power);
    }
    logChoose += Math.log((n - j) / (j + 1));
  }
  return d * sum;
}

/**
 * P(Dₙ < d) ≈ K₀(z) + K₁(z)/√n + K₂(z)/n + K₃(z)/n^1.5 with z = d√n.
 *
 * @see Pelz and Good 1976, Approximating the lower tail-areas of the Kolmogorov–Smirnov one-sample
 * statistic
 */
function pelzGood(n: number, d: number): number {
  const z = Math.sqrt(n) * d;
  const [z2, z4, z6, z8] = [z ** 2, z ** 4, z ** 6, z ** 8];
  const sums = [0, 0, 0, 0];
  const extra = [0, 0];
  const terms = Math.ceil((16 * z) / Math.PI);
  for (let k = terms; k > 0; k -= 1) {
    const odd2 = (2 * k - 1) ** 2;
    const weight = Math.exp((-PI2 * odd2) / (8 * z2));
    const coefficients = [
      1,
      -z2 + (PI2 / 4) * odd2,
      6 * z6 +
        2 * z4 +
        ((2 * z4 - 5 * z2) * PI2 * odd2) / 4 +
        ((1 - 2 * z2) * PI2 ** 2 * odd2 ** 2) / 16,
      -30 * z6 -
        90 * z8 +
        ((135 * z4 - 96 * z6) * PI2 * odd2) / 4 +
        ((-60 * z2 + 212 * z4) * PI2 ** 2 * odd2 ** 2) / 16 +
        ((5 - 30 * z2) * PI2 ** 3 * odd2 ** 3) / 64,
    ];
    coefficients.forEach((coefficient, order) => {
      sums[order] = (sums[order] ?? 0) + weight * coefficient;
    });
    const square = k * k * Math.exp((-PI2 * k * k) / (2 * z2));
    extra[0] = (extra[0] ?? 0) + square;
    extra[1] = (extra[1] ?? 0) + square * (3 * z2 - PI2 * k * k);
  }
  const root = Math.sqrt(2 * Math.PI);
  const divisors = [z, 6 * z4, 72 * z ** 7, 6480 * z ** 10];
  const orders = sums.map((sum, order) => (root * sum) / (divisors[order] ?? NaN));
  orders[2] = (orders[2] ?? 0) - (PI2 * root * (extra[0] ?? 0)) / (36 * z ** 3);
  orders[3] = (orders[3] ?? 0) + (PI2 * root * (extra[1] ?? 0)) / (216 * z6);
  return orders.reduce((total, value, order) => total + value / n ** (order / 2), 0);
}
