/** Divides the rows of a part by a column. */
import { decodeRow } from '../../data/decode-row.ts';
import { columnsOf } from '../../data/encoders/encodings.ts';
import type { LoadedPart } from '../../data/load-part.ts';
import type { ShownRows } from '../../data/dataset.ts';
import { listed, parseNumber } from '../../data/table.ts';
import { PipelineError } from '../../errors.ts';

export interface Partition {
  readonly column: string;
  /** Ascending. */
  readonly edges?: readonly number[];
}

export type Cell = string | number | null;

/** More are no groups but a column of numbers or names. */
const MAX_GROUPS = 50;
const EMPTY = '(empty)';

export interface ReadableRows {
  readonly part: LoadedPart;
  /** Columns that are kept as they are written. */
  readonly shown: ShownRows['columns'];
}

/** @throws PipelineError `DATA_INVALID` for a column that the data set lacks. */
export function cellsOf(column: string, { part, shown }: ReadableRows): readonly Cell[] {
  return shown[column] ?? decodedCells(column, part);
}

function decodedCells(column: string, part: LoadedPart): Cell[] {
  const { encoders } = part.manifest;
  const known = encoders.filter(({ type }) => type === 'number' || type === 'category');
  if (!known.some((encoder) => columnsOf(encoder).includes(column))) {
    throw invalid(
      `the data set does not have the column ${JSON.stringify(column)} as a number, a category or in \`keep\``,
      known.flatMap(columnsOf),
    );
  }
  const width = part.x.length / part.rows;
  return Array.from({ length: part.rows }, (_, row) => {
    const readable = decodeRow(encoders, part.x.subarray(row * width, (row + 1) * width));
    return readable.kind === 'row' ? (readable.values[column] ?? null) : null;
  });
}

export interface Division {
  readonly names: readonly string[];
  /** `[rows]`, indices into `names`. */
  readonly groups: Int32Array;
}

/**
 * @throws PipelineError `DATA_INVALID` for over 50 groups, or edges that are not numbers in ascending
 * order or for cells that are no numbers.
 */
export function divide(cells: readonly Cell[], { column, edges }: Partition): Division {
  const names = edges
    ? [...rangesOf(column, edges), ...(cells.includes(null) ? [EMPTY] : [])]
    : [...new Set(cells.map((cell) => String(cell ?? EMPTY)))].sort(inOrder);
  if (names.length > MAX_GROUPS) {
    throw new PipelineError(
      'DATA_INVALID',
      `audit: the column ${JSON.stringify(column)} makes ${names.length} groups; at most ${MAX_GROUPS} can be compared`,
      { remedy: 'give `edges` for a column of numbers' },
    );
  }
  const groupOf = (cell: Cell): number => {
    if (!edges) return names.indexOf(String(cell ?? EMPTY));
    if (cell === null) return names.length - 1;
    const value = typeof cell === 'number' ? cell : parseNumber(cell);
    if (value === null) {
      throw new PipelineError(
        'DATA_INVALID',
        `audit: ${JSON.stringify(column)} has edges, but a cell is ${JSON.stringify(cell)}`,
      );
    }
    return edges.filter((edge) => value >= edge).length;
  };
  return { names, groups: Int32Array.from(cells, groupOf) };
}

function rangesOf(column: string, edges: readonly number[]): string[] {
  if (edges.some((edge, index) => index > 0 && edge <= (edges[index - 1] ?? NaN))) {
    throw new PipelineError(
      'DATA_INVALID',
      `audit: the edges of ${JSON.stringify(column)} must ascend, but are ${edges.join(', ')}`,
    );
  }
  const between = edges.slice(1).map((edge, index) => `${edges[index] ?? ''} to under ${edge}`);
  return [`under ${edges[0] ?? ''}`, ...between, `${edges.at(-1) ?? ''} and over`];
}

/** The same in every locale. */
const inOrder = (a: string, b: string): number => (a < b ? -1 : 1);

function invalid(found: string, names: readonly string[]): PipelineError {
  return new PipelineError('DATA_INVALID', `audit: ${found}`, {
    remedy: `there are ${listed(names)}`,
  });
}
