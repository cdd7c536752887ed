/** Fields parted by tabs, without quotes. */
import { PipelineError } from '../../errors.ts';
import { CellCollector } from '../cell-collector.ts';
import { MAX_COLUMNS } from '../csv-header.ts';
import type { Table } from '../table.ts';
import { decodeText } from '../text-bytes.ts';

/** What the two columns of parallel text are called. */
export const PARALLEL_COLUMNS = ['source', 'target'];

/**
 * The first line names the columns.
 *
 * @throws PipelineError `DATA_INVALID` naming the line; `DATA_TOO_LARGE`
 */
export function readTsv(bytes: Uint8Array): Table {
  const lines = linesOf(bytes);
  return tableOf(readTsvHeader(lines[0]), lines, 1);
}

/** @throws PipelineError `DATA_INVALID` */
export function readTsvHeader(line: string | undefined): string[] {
  const columns = line?.split('\t') ?? [];
  const blank = columns.findIndex((name) => name.trim() === '');
  if (columns.length === 0 || blank >= 0) throw invalid(1, `no name for column ${blank + 1}`);
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated !== undefined) throw invalid(1, `the column ${JSON.stringify(repeated)} twice`);
  if (columns.length > MAX_COLUMNS) throw invalid(1, `over ${MAX_COLUMNS} columns`);
  return columns;
}

/**
 * A text and its counterpart a line, without a header: the columns `source` and `target`.
 *
 * @throws as `readTsv`; for a line that lacks one of the two.
 */
export function readParallelText(bytes: Uint8Array): Table {
  const lines = linesOf(bytes);
  const table = tableOf(PARALLEL_COLUMNS, lines, 0);
  table.cells.forEach((cells, column) => {
    const row = cells.indexOf(null);
    if (row >= 0) throw emptySide(column, row + 1);
  });
  return { ...table, texts: PARALLEL_COLUMNS };
}

function linesOf(bytes: Uint8Array): string[] {
  const lines = decodeText(bytes, 'The TSV file').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function tableOf(columns: readonly string[], lines: readonly string[], from: number): Table {
  const collector = new CellCollector(columns.length);
  for (let index = from; index < lines.length; index += 1) {
    collector.appendRow(fieldsOf(lines[index] as string, columns.length, index + 1));
  }
  return { columns, cells: collector.cells };
}

/** @param number  of the line, from 1. @throws PipelineError `DATA_INVALID` */
export function fieldsOf(line: string, columns: number, number: number): string[] {
  const fields = line.split('\t');
  if (fields.length === columns) return fields;
  throw invalid(number, `${fields.length} fields; there are ${columns} columns`);
}

/** Of a line of parallel text. */
export const emptySide = (column: number, line: number): PipelineError =>
  invalid(line, `its ${PARALLEL_COLUMNS[column]} is empty`);

const invalid = (line: number, found: string): PipelineError =>
  new PipelineError('DATA_INVALID', `The TSV file, line ${line}: ${found}`, {
    remedy: 'fields are parted by one tab; a field holds neither tab nor line end',
  });
