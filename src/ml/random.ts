/**
 * Every random draw of modelwright: a pure function of (seed, stream, step), so that a draw is
 * the same whether the run was disturbed or not. Math.random is never used.
 */
import { createHash } from 'node:crypto';
import { philox4x32 } from './philox.ts';

export interface RandomKey {
  /** The step's `seed`, an integer from 0. */
  readonly seed: number;
  /** What the draws are for, such as `shuffle`; different streams are independent. */
  readonly stream: string;
  /** Position in the stream, such as the epoch or the batch; an integer from 0. @default 0 */
  readonly step?: number;
}

const BLOCKS_AT_ONCE = 64;
const WORD = 2 ** 32;

/**
 * A sequence of draws for one (seed, stream, step).
 *
 * The Philox key is the first 64 bits of SHA-256 of seed and stream; the upper half of the
 * counter is the step, the lower half counts the blocks drawn.
 */
export class CounterRandom {
  readonly #key: readonly [number, number];
  readonly #step: readonly [number, number];
  readonly #words = new Uint32Array(4 * BLOCKS_AT_ONCE);
  #next = 4 * BLOCKS_AT_ONCE;
  #block = 0;
  /** The second value of the last Box–Muller pair. */
  #spareNormal: number | undefined;

  constructor({ seed, stream, step = 0 }: RandomKey) {
    const digest = createHash('sha256').update(`${seed}\0${stream}`).digest();
    this.#key = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
    this.#step = [step % WORD, Math.floor(step / WORD)];
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    if (this.#next === this.#words.length) this.#refill();
    return this.#words[this.#next++] as number;
  }

  /** In [0, 1), with 53 random bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** Standard normal. @see Box and Muller 1958 */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    // 1 − u is in (0, 1], so that its logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /**
   * An integer in [0, bound), every one equally likely: values above the largest multiple of
   * the bound are drawn again.
   *
   * @param bound  1 to 2^32.
   */
  integer(bound: number): number {
    const limit = WORD - (WORD % bound);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % bound;
  }

  /** A uniformly random order of 0 … n−1. @see Durstenfeld 1964, Fisher–Yates */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, index) => index);
    for (let last = n - 1; last > 0; last -= 1) {
      const other = this.integer(last + 1);
      const kept = order[last] as number;
      order[last] = order[other] as number;
      order[other] = kept;
    }
    return order;
  }

  #refill(): void {
    for (let index = 0; index < BLOCKS_AT_ONCE; index += 1) {
      const block = this.#block + index;
      const counter = [block % WORD, Math.floor(block / WORD), ...this.#step] as const;
      philox4x32(counter, this.#key, this.#words, 4 * index);
    }
    this.#block += BLOCKS_AT_ONCE;
    this.#next = 0;
  }
}
