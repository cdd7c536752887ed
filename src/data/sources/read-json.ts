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
  const value = parse(decodeText(bytes, 'The JSON file'), 'The JSON file');
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
    return [parse(line, `The JSON Lines file, line ${index + 1}`)];
  });
  return tableOf(rows, (index) => `The JSON Lines file, line ${numbers[index]}`);
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const said = (cause as Error).message.slice(0, 200);
    throw new PipelineError('DATA_INVALID', `${where}: it is no JSON: ${said}`, { cause });
  }
}

function tableOf(rows: readonly unknown[], where: Place): Table {
  const columns = new Map<string, number>();
  rows.forEach((row, index) => {
    if (row === null || typeof row !== 'object' || Array.isArray(row)) {
      throw new PipelineError('DATA_INVALID', `${where(index)}: a row must be an object`);
    }
    for (const key of Object.keys(row)) {
      if (columns.has(key)) continue;
      if (key.trim() === '')
        throw new PipelineError('DATA_INVALID', `${where(index)}: a blank key`);
      columns.set(key, columns.size);
      if (columns.size > MAX_COLUMNS) {
        throw new PipelineError('DATA_INVALID', `${where(index)}: over ${MAX_COLUMNS} keys`);
      }
    }
  });
  const names = [...columns.keys()];
  const collector = new CellCollector(names.length);
  rows.forEach((row, index) => {
    const object = row as Record<string, unknown>;
    collector.appendRow(
      names.map((name) =>
        // `__proto__` is a key like others, and what all objects inherit is none.
        Object.hasOwn(object, name)
          ? cellOf(object[name], () => `${where(index)}, "${name}"`)
          : null,
      ),
    );
  });
  return { columns: names, cells: collector.cells };
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
