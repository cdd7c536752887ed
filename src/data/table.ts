/** A source as text cells, before anything is known about its columns. */
import { PipelineError } from '../errors.ts';
import type { Picture } from './picture-bytes.ts';

export interface Table {
  readonly columns: readonly string[];
  /** `[columns][rows]`; `null` where a cell is empty. */
  readonly cells: readonly (readonly (string | null)[])[];
  /** The row of the source that the first one here is, where this is a block of it. @default 0 */
  readonly firstRow?: number;
  /** Columns that the source says are texts. */
  readonly texts?: readonly string[];
  /** Columns whose cells name pictures, and how each is read. */
  readonly pictures?: ReadonlyMap<string, (row: number) => Promise<Picture>>;
  /** Such columns once they are read: see load-pictures.ts. */
  readonly pixels?: ReadonlyMap<string, Pixels>;
}

export interface Pixels {
  /** `[height, width, channels]`. */
  readonly shape: readonly [number, number, number];
  /** `[rows, ...shape]`, 0 to 255. */
  readonly data: Uint8Array;
}

export function rowCount(table: Table): number {
  return table.cells[0]?.length ?? 0;
}

/** @throws PipelineError `DATA_INVALID` if there is no such column. */
export function columnOf(table: Table, name: string): readonly (string | null)[] {
  requireColumn(table, name);
  return table.cells[table.columns.indexOf(name)] as readonly (string | null)[];
}

/** @throws PipelineError as `columnOf` */
export function requireColumn({ columns }: Pick<Table, 'columns'>, name: string): void {
  if (columns.includes(name)) return;
  throw new PipelineError('DATA_INVALID', `The source has no column ${JSON.stringify(name)}`, {
    remedy: `its columns are ${listed(columns)}`,
  });
}

/** The first names, and how many more. */
export function listed(names: readonly string[]): string {
  const most = 12;
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A finite decimal number, or `null`: hexadecimal, `NaN` and the like are text. */
export function parseNumber(cell: string): number | null {
  const text = cell.trim();
  if (!NUMBER.test(text)) return null;
  const value = Number(text);
  // Beyond float32 a cell would become an infinity in the tensor.
  return Number.isFinite(Math.fround(value)) ? value : null;
}

/** By number where every value is one, by UTF-16 code unit otherwise. Does not change `values`. */
export function sortValues(values: Iterable<string>): string[] {
  const sorted = [...values].sort();
  if (!sorted.every((value) => parseNumber(value) !== null)) return sorted;
  return sorted.sort((a, b) => Number(a) - Number(b));
}
