/** A part of a data set that is read from disk as training goes on. */
import type { OpenPart } from '../../data/open-part.ts';
import { CounterRandom } from '../random.ts';
import { ShuffledBlocks } from './shuffled-blocks.ts';
import type { Batch, RowRange, Rows, RowSource } from './rows.ts';

export interface StreamOptions {
  /** Bytes of the rows that are in memory at once. */
  readonly windowBytes: number;
  readonly seed: number;
}

const VALUE_BYTES = 4;
const WORD = 2 ** 32;
/** Blocks of a window: how well it is mixed. */
const BLOCKS = 32;
/** A read of a disk is no faster for being larger. */
const MAX_BLOCK_BYTES = 2 ** 20;

interface Window {
  readonly epoch: number;
  readonly index: number;
  /** Rows of the part, in the order that they lie in `x`. */
  readonly rows: Int32Array;
  /** Places in `rows`, shuffled. */
  readonly order: Int32Array;
}

/**
 * An epoch takes blocks of neighbouring rows in a random order. A window is as many of them as
 * memory has room for; its rows are shuffled among one another. The order is a function of the seed,
 * the epoch and the sizes alone, so that training goes on in the middle of a window by reading it
 * again. One call of `shuffled` at a time.
 */
export class StreamedRows implements RowSource {
  readonly #part: OpenPart;
  readonly #seed: number;
  readonly #blocks: ShuffledBlocks;
  /** `[rows of a window, width]`. */
  readonly #x: Float32Array;
  readonly #y: Int32Array;
  #window: Window | undefined;

  /** @param part  is the caller's to close. */
  constructor(part: OpenPart, { windowBytes, seed }: StreamOptions) {
    this.#part = part;
    this.#seed = seed;
    const rowBytes = VALUE_BYTES * part.width;
    const blockBytes = Math.min(windowBytes / BLOCKS, MAX_BLOCK_BYTES);
    const blockRows = Math.max(1, Math.floor(blockBytes / rowBytes));
    const windowBlocks = Math.max(1, Math.floor(windowBytes / (rowBytes * blockRows)));
    this.#blocks = new ShuffledBlocks({ rows: part.rows, blockRows, windowBlocks, seed });
    const room = Math.min(part.rows, blockRows * windowBlocks);
    this.#x = new Float32Array(room * part.width);
    this.#y = new Int32Array(room * part.labels);
  }

  get count(): number {
    return this.#part.rows;
  }

  get width(): number {
    return this.#part.width;
  }

  countLabels(): readonly number[] {
    return this.#part.labelCounts;
  }

  async read({ start, end }: RowRange): Promise<Rows> {
    const { width, labels } = this.#part;
    const count = end - start;
    const y = new Int32Array(count * labels);
    const rows = { count, width, x: new Float32Array(count * width), y };
    await this.#part.read({ start, x: rows.x, y: rows.y });
    return rows;
  }

  async shuffled(epoch: number, { start, end }: RowRange): Promise<Batch> {
    const { width, labels } = this.#part;
    const count = end - start;
    const x = new Float32Array(count * width);
    const [y, indices] = [new Int32Array(count * labels), new Int32Array(count)];
    for (let place = start; place < end; place += 1) {
      const { index, offset } = this.#blocks.windowOf(epoch, place);
      const isLoaded = this.#window?.epoch === epoch && this.#window.index === index;
      if (!isLoaded) this.#window = await this.#load(epoch, index);
      const window = this.#window as Window;
      const row = window.order[offset] as number;
      const at = place - start;
      x.set(this.#x.subarray(row * width, (row + 1) * width), at * width);
      y.set(this.#y.subarray(row * labels, (row + 1) * labels), at * labels);
      indices[at] = window.rows[row] as number;
    }
    return { count, width, x, y, indices };
  }

  async #load(epoch: number, index: number): Promise<Window> {
    // What is in memory is no longer whole, should a read fail.
    this.#window = undefined;
    const { width, labels } = this.#part;
    const rows: number[] = [];
    for (const { start, end } of this.#blocks.blocksOf(epoch, index)) {
      const [from, to] = [rows.length, rows.length + end - start];
      const x = this.#x.subarray(from * width, to * width);
      await this.#part.read({ start, x, y: this.#y.subarray(from * labels, to * labels) });
      for (let row = start; row < end; row += 1) rows.push(row);
    }
    const step = epoch * WORD + index;
    const random = new CounterRandom({ seed: this.#seed, stream: 'shuffle-window', step });
    const order = random.permutation(rows.length);
    return { epoch, index, rows: Int32Array.from(rows), order };
  }
}
