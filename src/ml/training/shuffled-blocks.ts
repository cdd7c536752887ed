/** Blocks of neighbouring rows in a random order, and the windows that they fill. */
import { CounterRandom } from '../random.ts';
import type { RowRange } from './rows.ts';

export interface BlockSizes {
  /** Of the part. */
  readonly rows: number;
  /** Of a block; the part's last block may have fewer. */
  readonly blockRows: number;
  /** Of a window; the epoch's last window may have fewer. */
  readonly windowBlocks: number;
  readonly seed: number;
}

interface EpochOrder {
  readonly epoch: number;
  readonly blocks: Int32Array;
  /** Place in the epoch that each window starts at, and the end. */
  readonly starts: readonly number[];
}

export class ShuffledBlocks {
  readonly #sizes: BlockSizes;
  #order: EpochOrder | undefined;

  constructor(sizes: BlockSizes) {
    this.#sizes = sizes;
  }

  /** The window that has a place of the epoch, and where in it. */
  windowOf(epoch: number, place: number): { index: number; offset: number } {
    const { blockRows, windowBlocks } = this.#sizes;
    const { starts } = this.#orderOf(epoch);
    // Only one block is short, so the window is this one or the next.
    const guess = Math.floor(place / (blockRows * windowBlocks));
    const index = place < (starts[guess + 1] as number) ? guess : guess + 1;
    return { index, offset: place - (starts[index] as number) };
  }

  /** Rows of the part, a range for each block, in the order of the window. */
  blocksOf(epoch: number, window: number): readonly RowRange[] {
    const { windowBlocks } = this.#sizes;
    const { blocks } = this.#orderOf(epoch);
    const own = blocks.subarray(window * windowBlocks, (window + 1) * windowBlocks);
    return Array.from(own, (block) => this.#rowsOf(block));
  }

  #rowsOf(block: number): RowRange {
    const { rows, blockRows } = this.#sizes;
    return { start: block * blockRows, end: Math.min((block + 1) * blockRows, rows) };
  }

  #orderOf(epoch: number): EpochOrder {
    if (this.#order?.epoch === epoch) return this.#order;
    const { rows, blockRows, windowBlocks, seed } = this.#sizes;
    const random = new CounterRandom({ seed, stream: 'shuffle-blocks', step: epoch });
    const blocks = random.permutation(Math.ceil(rows / blockRows));
    const starts = [0];
    let place = 0;
    blocks.forEach((block, index) => {
      const { start, end } = this.#rowsOf(block);
      place += end - start;
      if ((index + 1) % windowBlocks === 0 || index === blocks.length - 1) starts.push(place);
    });
    this.#order = { epoch, blocks, starts };
    return this.#order;
  }
}
