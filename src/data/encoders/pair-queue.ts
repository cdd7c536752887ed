/** The pairs of neighbouring symbols of words, the most frequent first. */

export interface Word {
  symbols: number[];
  readonly count: number;
}

export type Pair = readonly [number, number];

interface Entry {
  readonly pair: Pair;
  readonly count: number;
}

/** Ids stay below this, so that a pair is one safe integer. */
const MAX_ID = 2 ** 26;

const keyOf = ([left, right]: Pair): number => left * MAX_ID + right;

/**
 * A heap whose entries may be out of date: an entry counts only if its count is still the pair's.
 * Every change of a count adds an entry.
 */
export class PairQueue {
  readonly #words: readonly Word[];
  readonly #counts = new Map<number, number>();
  /** Which words may hold a pair; a word may have lost it since. */
  readonly #places = new Map<number, Set<number>>();
  readonly #heap: Entry[] = [];

  constructor(words: readonly Word[]) {
    this.#words = words;
    const changed = new Map<number, Pair>();
    words.forEach((_, index) => this.#add(index, 1, changed));
    this.#push(changed);
  }

  /** The most frequent pair, of equals that of the smaller ids; `null` if there is none. */
  takeBest(): Entry | null {
    for (let top = this.#pop(); top !== null; top = this.#pop()) {
      if (top.count === this.#counts.get(keyOf(top.pair))) return top;
    }
    return null;
  }

  /** Puts one symbol in the place of a pair, everywhere, from the left. */
  merge(pair: Pair, symbol: number): void {
    const changed = new Map<number, Pair>();
    for (const index of this.#places.get(keyOf(pair)) ?? []) {
      const word = this.#words[index] as Word;
      this.#add(index, -1, changed);
      word.symbols = replace(word.symbols, pair, symbol);
      this.#add(index, 1, changed);
    }
    this.#places.delete(keyOf(pair));
    this.#push(changed);
  }

  #add(index: number, sign: 1 | -1, changed: Map<number, Pair>): void {
    const { symbols, count } = this.#words[index] as Word;
    for (let at = 0; at + 1 < symbols.length; at += 1) {
      const pair: Pair = [symbols[at] as number, symbols[at + 1] as number];
      const key = keyOf(pair);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + sign * count);
      changed.set(key, pair);
      if (sign < 0) continue;
      const places = this.#places.get(key);
      if (places) places.add(index);
      else this.#places.set(key, new Set([index]));
    }
  }

  #push(changed: ReadonlyMap<number, Pair>): void {
    for (const [key, pair] of changed) {
      const count = this.#counts.get(key) ?? 0;
      if (count <= 0) this.#counts.delete(key);
      else this.#insert({ pair, count });
    }
  }

  #insert(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry)) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): Entry | null {
    const heap = this.#heap;
    const top = heap[0] ?? null;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right && isBefore(right, heap[child] as Entry)) child += 1;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

const isBefore = (a: Entry, b: Entry): boolean =>
  a.count > b.count || (a.count === b.count && keyOf(a.pair) < keyOf(b.pair));

function replace(symbols: readonly number[], [left, right]: Pair, symbol: number): number[] {
  const merged: number[] = [];
  for (let at = 0; at < symbols.length; at += 1) {
    const isPair = symbols[at] === left && symbols[at + 1] === right;
    merged.push(isPair ? symbol : (symbols[at] as number));
    if (isPair) at += 1;
  }
  return merged;
}
