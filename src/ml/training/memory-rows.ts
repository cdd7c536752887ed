/** A part of a data set that is in memory as a whole. */
import { CounterRandom } from '../random.ts';
import type { Batch, RowRange, Rows, RowSource } from './rows.ts';

/** Shuffles the whole part anew for each epoch. */
export class MemoryRows implements RowSource {
  readonly #rows: Rows;
  readonly #seed: number;
  #order: { readonly epoch: number; readonly rows: Int32Array } | undefined;

  constructor(rows: Rows, seed: number) {
    this.#rows = rows;
    this.#seed = seed;
  }

  get count(): number {
    return this.#rows.count;
  }

  get width(): number {
    return this.#rows.width;
  }

  read({ start, end }: RowRange): Rows {
    const { width, x, y } = this.#rows;
    const labels = this.#labels;
    return {
      count: end - start,
      width,
      x: x.subarray(start * width, end * width),
      y: y.subarray(start * labels, end * labels),
    };
  }

  countLabels(classes: number): readonly number[] {
    const counts = new Array<number>(classes).fill(0);
    for (const label of this.#rows.y) counts[label] = (counts[label] as number) + 1;
    return counts;
  }

  shuffled(epoch: number, { start, end }: RowRange): Batch {
    const indices = this.#orderOf(epoch).slice(start, end);
    const { width } = this.#rows;
    const labels = this.#labels;
    const x = new Float32Array(indices.length * width);
    const y = new Int32Array(indices.length * labels);
    indices.forEach((row, at) => {
      x.set(this.#rows.x.subarray(row * width, (row + 1) * width), at * width);
      y.set(this.#rows.y.subarray(row * labels, (row + 1) * labels), at * labels);
    });
    return { count: indices.length, width, x, y, indices };
  }

  /** Of one row. */
  get #labels(): number {
    return this.#rows.y.length / Math.max(1, this.#rows.count);
  }

  #orderOf(epoch: number): Int32Array {
    if (this.#order?.epoch !== epoch) {
      const random = new CounterRandom({ seed: this.#seed, stream: 'shuffle', step: epoch });
      this.#order = { epoch, rows: random.permutation(this.#rows.count) };
    }
    return this.#order.rows;
  }
}
