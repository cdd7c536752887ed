/** The standard normal distribution in float64. */

/** Horner's rule, the constant first. */
const polynomial = (x: number, coefficients: readonly number[]): number =>
  coefficients.reduceRight((sum, value) => sum * x + value, 0);

const CENTRAL = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946,
    45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597,
    39307.89580009271, 28729.085735721943, 5226.495278852546,
  ],
] as const;
const TAIL = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045,
    1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008,
    0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
  ],
] as const;
const FAR_TAIL = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
    0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
] as const;

/**
 * The value below which a share of a standard normal lies, to about 1e-15 of itself.
 *
 * @param probability  in (0, 1); infinite at its ends.
 * @see Wichura 1988, algorithm AS 241
 */
export function normalQuantile(probability: number): number {
  const centred = probability - 0.5;
  if (Math.abs(centred) <= 0.425) {
    const r = 0.180625 - centred * centred;
    return (centred * polynomial(r, CENTRAL[0])) / polynomial(r, CENTRAL[1]);
  }
  const outside = centred < 0 ? probability : 1 - probability;
  if (outside <= 0) return centred < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(outside));
  const [top, bottom] = r <= 5 ? TAIL : FAR_TAIL;
  const shifted = r <= 5 ? r - 1.6 : r - 5;
  const value = polynomial(shifted, top) / polynomial(shifted, bottom);
  return centred < 0 ? -value : value;
}

/** Below which the series of the error function is summed, and above its continued fraction taken. */
const SERIES_BOUND = 3;

/**
 * The share of a standard normal above a value, of far values too, to about 1e-14 of itself.
 *
 * @see Abramowitz and Stegun 1964, 26.2.10 and 26.2.14
 */
export function normalTail(value: number): number {
  if (value === Infinity) return 0;
  if (value < 0) return 1 - normalTail(-value);
  const density = Math.exp(-(value ** 2) / 2) / Math.sqrt(2 * Math.PI);
  if (value < SERIES_BOUND) {
    let term = value;
    let sum = value;
    for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k += 1) {
      term *= (value * value) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k -= 1) fraction = k / (value + fraction);
  return density / (value + fraction);
}
