/** Text cells by column as they come, within a bound. */
import type { DuckDBResult } from '@duckdb/node-api';
import { PipelineError } from '../errors.ts';

/** As JavaScript strings these take some gigabytes. */
const MAX_CELLS = 50_000_000;

export class CellCollector {
  /** `[columns][rows]`; `null` where a cell is empty or blank. */
  readonly cells: (string | null)[][];

  constructor(columns: number) {
    this.cells = Array.from({ length: columns }, () => []);
  }

  /** @throws PipelineError `DATA_TOO_LARGE` over 50 million cells. */
  appendRow(row: readonly (string | null | undefined)[]): void {
    this.cells.forEach((cells, index) => cells.push(present(row[index])));
    this.#requireRoom();
  }

  /** @throws PipelineError `DATA_TOO_LARGE` over 50 million cells. */
  appendColumns(columns: readonly (readonly (string | null)[])[]): void {
    this.cells.forEach((cells, index) => {
      for (const cell of columns[index] ?? []) cells.push(present(cell));
    });
    this.#requireRoom();
  }

  /** Every chunk of a result whose columns are all text. */
  async appendAll(result: DuckDBResult): Promise<void> {
    for (
      let chunk = await result.fetchChunk();
      chunk?.rowCount;
      chunk = await result.fetchChunk()
    ) {
      this.appendColumns(chunk.getColumns() as (string | null)[][]);
    }
  }

  #requireRoom(): void {
    const total = this.cells.length * (this.cells[0]?.length ?? 0);
    if (total <= MAX_CELLS) return;
    throw new PipelineError('DATA_TOO_LARGE', `The source has over ${MAX_CELLS} cells`);
  }
}

/** A cell that is empty or blank is missing. */
export const present = (cell: string | null | undefined): string | null =>
  cell == null || cell.trim() === '' ? null : cell;
