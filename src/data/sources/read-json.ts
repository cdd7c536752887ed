/** JSON and JSON Lines to text cells. */
import { PipelineError } from '../../errors.ts';
import { CellCollector } from '../cell-collector.ts';
import { MAX_COLUMNS } from '../csv-header.ts';
import type { Table } from '../table.ts';
import { decodeText } from '../text-bytes.ts';

type Place = (index: number) => string;

/**
 * An array of objects. A column for each key, in the order in which the keys first come; what an
 * object lacks is missing. Numbers and booleans are as JSON writes them, lists and objects are JSON.
 *
 * @throws PipelineError `DATA_INVALID` naming the place; `DATA_TOO_LARGE`
 */
export function readJson(bytes: Uint8Array): Table {
  const value = parseJsonText(decodeText(bytes, 'The JSON file'), 'The JSON file');
  if (!Array.isArray(value)) {
    throw new PipelineError('DATA_INVALID', 'The JSON file holds no array of objects', {
      remedy: 'give an array, or one object a line as JSON Lines (`format: jsonl`)',
    });
  }
  return tableOf(value, (index) => `The JSON file, row ${index} (from 0)`);
}

/** One object a line; blank lines are passed over. @throws as `readJson`, naming the line. */
export function readJsonLines(bytes: Uint8Array): Table {
  const lines = decodeText(bytes, 'The JSON Lines file').split('\n');
  const numbers: number[] = [];
  const rows = lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    numbers.push(index + 1);
    return [parseJsonText(line, `The JSON Lines file, line ${index + 1}`)];
  });
  return tableOf(rows, (index) => `The JSON Lines file, line ${numbers[index]}`);
}

/** @throws PipelineError `DATA_INVALID` */
export function parseJsonText(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const said = (cause as Error).message.slice(0, 200);
    throw new PipelineError('DATA_INVALID', `${where}: it is no JSON: ${said}`, { cause });
  }
}

function tableOf(rows: readonly unknown[], where: Place): Table {
  const columns = new Set<string>();
  rows.forEach((row, index) => addKeys(columns, row, where(index)));
  const names = [...columns];
  const collector = new CellCollector(names.length);
  rows.forEach((row, index) => collector.appendRow(cellsOfObject(row, names, () => where(index))));
  return { columns: names, cells: collector.cells };
}

/** Adds the keys of a row that are new. @throws PipelineError `DATA_INVALID` for what is no row. */
export function addKeys(columns: Set<string>, row: unknown, where: string): void {
  if (row === null || typeof row !== 'object' || Array.isArray(row)) {
    throw new PipelineError('DATA_INVALID', `${where}: a row must be an object`);
  }
  for (const key of Object.keys(row)) {
    if (columns.has(key)) continue;
    if (key.trim() === '') throw new PipelineError('DATA_INVALID', `${where}: a blank key`);
    columns.add(key);
    if (columns.size > MAX_COLUMNS) {
      throw new PipelineError('DATA_INVALID', `${where}: over ${MAX_COLUMNS} keys`);
    }
  }
}

/**
 * @param row  one that `addKeys` took.
 * @throws PipelineError `DATA_INVALID` for a number that loses digits, and for a NUL character.
 */
export function cellsOfObject(
  row: unknown,
  names: readonly string[],
  where: () => string,
): (string | null)[] {
  const object = row as Record<string, unknown>;
  return names.map((name) =>
    // `__proto__` is a key like others, and what all objects inherit is none.
    Object.hasOwn(object, name) ? cellOf(object[name], () => `${where()}, "${name}"`) : null,
  );
}

function cellOf(value: unknown, where: () => string): string | null {
  if (value === null) return null;
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new PipelineError('DATA_INVALID', `${where()}: an integer beyond 2^53 loses digits`, {
      remedy: 'write it as text',
    });
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!text.includes('\0')) return text;
  throw new PipelineError('DATA_INVALID', `${where()}: a NUL character is no text`);
}
