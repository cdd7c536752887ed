/** Rows told apart by digests of 64 bits, so that what repeats is found in 8 bytes a row. */
import { createHash } from 'node:crypto';

/**
 * Of SHA-256. Of 10 million different rows two have the same digest with a chance of 1 in 370,000.
 *
 * @param parts  the digest is that of all of them, one after the other.
 */
export function digest64(...parts: readonly (string | Uint8Array)[]): bigint {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest().readBigUInt64LE(0);
}

/** How many values there are, equal ones once. Sorts them. */
export function countDistinct(digests: BigUint64Array): number {
  digests.sort();
  let count = 0;
  for (let at = 0; at < digests.length; at += 1) {
    if (at === 0 || digests[at] !== digests[at - 1]) count += 1;
  }
  return count;
}

/** How many of some rows have a digest that others have too; 0n is like no other. */
export function countShared(
  digests: BigUint64Array,
  { of, among }: { readonly of: readonly Int32Array[]; readonly among: Int32Array },
): number {
  const known = BigUint64Array.from(among, (row) => digests[row] as bigint).sort();
  let count = 0;
  for (const rows of of) {
    for (const row of rows) {
      const digest = digests[row] as bigint;
      if (digest !== 0n && holds(known, digest)) count += 1;
    }
  }
  return count;
}

function holds(sorted: BigUint64Array, value: bigint): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as bigint) < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}
