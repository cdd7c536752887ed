/**
 * One block of the counter-based generator Philox4x32-10: 128 random bits as a pure function of
 * a 128-bit counter and a 64-bit key.
 *
 * @see Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** The high 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // Products of 16-bit halves fit 32 bits: all of this stays in integer registers.
  const low = Math.imul(aLow, bLow);
  const cross = Math.imul(aHigh, bLow);
  const other = Math.imul(aLow, bHigh);
  const middle = (low >>> 16) + (cross & 0xffff) + (other & 0xffff);
  return (Math.imul(aHigh, bHigh) + (cross >>> 16) + (other >>> 16) + (middle >>> 16)) >>> 0;
}

/**
 * @param counter  four 32-bit words.
 * @param key      two 32-bit words.
 * @param out      receives four unsigned 32-bit words from `offset` on.
 */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
  offset = 0,
): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round += 1) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0 >>> 0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2 >>> 0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[offset] = c0;
  out[offset + 1] = c1;
  out[offset + 2] = c2;
  out[offset + 3] = c3;
}
