/** Encodes the rows of a source, block after block, into its parts. */
import type { PartName } from './dataset.ts';
import type { RowEncoder } from './encode-rows.ts';
import { rowsInBlock } from './row-blocks.ts';
import { Spool, type SpoolOptions } from './spool.ts';
import { PART_NAMES, type RowsOfParts } from './split.ts';
import type { Table } from './table.ts';
import type { OpenTarget } from './target-text.ts';
import { encodeFloat32, encodeInt32 } from './tensor-bytes.ts';

/** Values that are encoded at once: 16 MiB. */
const VALUES_AT_ONCE = 2 ** 22;

export interface OpenBlock {
  readonly block: Table;
  /** Opened on the block. */
  readonly encoder: RowEncoder;
  /** Likewise, where the target is a text. */
  readonly said: OpenTarget | null;
}

/** The bytes of each part as they come. */
export class PartSpools {
  readonly x: Readonly<Record<PartName, Spool>>;
  /** Labels that come with the rows: those of a target that is a text. */
  readonly y: Readonly<Record<PartName, Spool>>;
  readonly #parts: RowsOfParts;

  constructor(parts: RowsOfParts, options: SpoolOptions) {
    this.#parts = parts;
    this.x = spools(options);
    this.y = spools(options);
  }

  /** @throws PipelineError `DATA_INVALID` as `RowEncoder.encode`; as `Spool.append`. */
  async append({ block, encoder, said }: OpenBlock): Promise<void> {
    const most = Math.max(1, Math.floor(VALUES_AT_ONCE / Math.max(1, encoder.width)));
    for (const name of PART_NAMES) {
      const rows = rowsInBlock(this.#parts[name], block);
      for (let at = 0; at < rows.length; at += most) {
        const some = rows.subarray(at, at + most);
        await this.x[name].append(encodeFloat32(encoder.encode(some)));
        if (said) await this.y[name].append(encodeInt32(said.labels(some)));
      }
    }
  }

  async close(): Promise<void> {
    for (const spool of [...Object.values(this.x), ...Object.values(this.y)]) await spool.close();
  }
}

/** One for each part. */
export const spools = (options: SpoolOptions): Record<PartName, Spool> => ({
  train: new Spool(options),
  validation: new Spool(options),
  test: new Spool(options),
});
