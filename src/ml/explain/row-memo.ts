/** Bits of the golden ratio: multiplying by it spreads what differs in the low bits. */
const SPREAD = 0x9e3779b1;
const EMPTY = -1;
const SMALLEST_ROOM = 1024;

export interface RowMemoOptions {
  /** Values of a row. */
  readonly width: number;
  /** Answers of a row. */
  readonly classes: number;
  /** Rows it may hold. */
  readonly capacity: number;
}

/**
 * Rows by their content, each with its answers. Rows are compared bit for bit: the hash only says
 * where to look, so 0 and −0 are two rows, and no two rows are ever taken for one.
 */
export class RowMemo {
  readonly #options: RowMemoOptions;
  #rows: Uint32Array<ArrayBuffer>;
  #answers: Float64Array;
  /** Open addressing; at most half of it is used. */
  #slots: Int32Array;
  #hashes: Int32Array;
  #size = 0;

  constructor(options: RowMemoOptions) {
    this.#options = options;
    const room = Math.min(SMALLEST_ROOM, options.capacity);
    this.#rows = new Uint32Array(room * options.width);
    this.#answers = new Float64Array(room * options.classes);
    this.#hashes = new Int32Array(room);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * room + 1))).fill(EMPTY);
  }

  /** Rows that it holds, numbered from 0 in the order in which they came. */
  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#size = 0;
    this.#slots.fill(EMPTY);
  }

  /**
   * Finds a row, or takes it in without answers; the caller sets them before anyone reads them.
   *
   * @param words  the bits of float32 rows, back to back.
   * @param offset  where the row begins.
   */
  placeOf(words: Uint32Array, offset: number): number {
    const hash = hashOf(words, offset, this.#options.width);
    const last = this.#slots.length - 1;
    let slot = hash & last;
    for (;;) {
      const place = this.#slots[slot] as number;
      if (place === EMPTY) break;
      if (this.#hashes[place] === hash && this.#isRow(place, words, offset)) return place;
      slot = (slot + 1) & last;
    }
    return this.#take(words, offset, { hash, slot });
  }

  /** The rows from a place on, `[rows, width]`; a view, good until the next row is taken in. */
  rowsSince(place: number): Float32Array {
    const { width } = this.#options;
    return new Float32Array(this.#rows.buffer, 4 * place * width, (this.#size - place) * width);
  }

  /** @param answers  `[rows, classes]`, of the rows from a place on. */
  setAnswers(place: number, answers: Float32Array | Float64Array): void {
    this.#answers.set(answers, place * this.#options.classes);
  }

  /** `[places, classes]`; float64, which holds every float32 as it is. */
  answersOf(places: Int32Array): Float64Array {
    const { classes } = this.#options;
    const found = new Float64Array(places.length * classes);
    for (let row = 0; row < places.length; row += 1) {
      const from = (places[row] as number) * classes;
      const to = row * classes;
      for (let at = 0; at < classes; at += 1) found[to + at] = this.#answers[from + at] as number;
    }
    return found;
  }

  #isRow(place: number, words: Uint32Array, offset: number): boolean {
    const { width } = this.#options;
    const rows = this.#rows;
    const own = place * width;
    for (let at = 0; at < width; at += 1) {
      if (rows[own + at] !== words[offset + at]) return false;
    }
    return true;
  }

  #take(words: Uint32Array, offset: number, found: { hash: number; slot: number }): number {
    const place = this.#size;
    let { slot } = found;
    if (place === this.#hashes.length) {
      this.#grow();
      slot = this.#freeSlot(found.hash);
    }
    const { width } = this.#options;
    const rows = this.#rows;
    const own = place * width;
    for (let at = 0; at < width; at += 1) rows[own + at] = words[offset + at] as number;
    this.#hashes[place] = found.hash;
    this.#slots[slot] = place;
    this.#size += 1;
    return place;
  }

  #grow(): void {
    const { width, classes, capacity } = this.#options;
    const room = Math.min(capacity, 2 * this.#hashes.length);
    const longer = <T extends Uint32Array | Float64Array | Int32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#rows = longer(new Uint32Array(room * width), this.#rows);
    this.#answers = longer(new Float64Array(room * classes), this.#answers);
    this.#hashes = longer(new Int32Array(room), this.#hashes);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * room + 1))).fill(EMPTY);
    for (let place = 0; place < this.#size; place += 1) {
      this.#slots[this.#freeSlot(this.#hashes[place] as number)] = place;
    }
  }

  #freeSlot(hash: number): number {
    const last = this.#slots.length - 1;
    let slot = hash & last;
    while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & last;
    return slot;
  }
}

/** Two chains side by side, because each step of one waits for the step before it. */
function hashOf(words: Uint32Array, offset: number, width: number): number {
  let even = width;
  let odd = SPREAD;
  const end = offset + width;
  const paired = end - (width % 2);
  for (let at = offset; at < paired; at += 2) {
    even = Math.imul(((even << 5) | (even >>> 27)) ^ (words[at] as number), SPREAD);
    odd = Math.imul(((odd << 5) | (odd >>> 27)) ^ (words[at + 1] as number), SPREAD);
  }
  if (paired < end)
    even = Math.imul(((even << 5) | (even >>> 27)) ^ (words[paired] as number), SPREAD);
  const both = Math.imul(even ^ (odd >>> 3), SPREAD) ^ odd;
  return both ^ (both >>> 15);
}
