/** The rows of a request's body, encoded for the model. */
import type { RowEncoder } from '../data/incoming/row-encoder.ts';
import { valuesOf } from '../data/incoming/read-json-rows.ts';
import { PipelineError } from '../errors.ts';

export interface ReadBody {
  /** `[rows, width]`. */
  readonly x: Float32Array;
  readonly rows: number;
  /** Keys that the model does not read, a hundred at most. */
  readonly ignored: readonly string[];
  /** Cells with a category that training lacked, by column. */
  readonly unseen: Readonly<Record<string, number>>;
}

export interface BodyReader {
  readonly encoder: RowEncoder;
  /** The column that the model predicts, which nobody need be told of. */
  readonly target: string;
  readonly maxRows: number;
}

const MOST_FAULTS = 20;
const MOST_IGNORED = 100;

interface RowFault {
  readonly row: number;
  readonly column: string | null;
  readonly message: string;
}

/**
 * @param body  as JSON.parse gives it: `{"rows": [{"column": value, …}, …]}`.
 * @throws PipelineError `SERVE_INVALID` for another shape; `SERVE_TOO_LARGE` for more rows than a
 * request may have; `DATA_INVALID` with the first faults of rows in `details.faults`.
 */
export async function readRows(body: unknown, reader: BodyReader): Promise<ReadBody> {
  const rows = rowsOf(body);
  const { encoder, target, maxRows } = reader;
  if (rows.length > maxRows) {
    throw new PipelineError('SERVE_TOO_LARGE', `${rows.length} rows; at most ${maxRows}`, {
      remedy: 'send them in several requests',
    });
  }
  const reading = encoder.begin();
  const x = new Float32Array(rows.length * encoder.width);
  const faults: RowFault[] = [];
  const known = new Set([...encoder.columns, target]);
  const ignored = new Set<string>();
  for (const [row, value] of rows.entries()) {
    if (faults.length >= MOST_FAULTS) break;
    if (!isObject(value)) {
      faults.push({ row, column: null, message: 'it is not an object of values by column' });
      continue;
    }
    const values = valuesOf(value, encoder.columns);
    const fault = await reading.encode(values, x, row * encoder.width);
    if (fault) faults.push({ row, column: fault.column, message: fault.message });
    for (const key of Object.keys(value)) {
      if (ignored.size < MOST_IGNORED && !known.has(key)) ignored.add(key);
    }
  }
  const unseen = Object.fromEntries(reading.unseen);
  if (faults.length > 0) throw refused(faults);
  return { x, rows: rows.length, ignored: [...ignored], unseen };
}

function rowsOf(body: unknown): readonly unknown[] {
  const rows: unknown =
    isObject(body) && Object.hasOwn(body, 'rows') ? (body as { rows: unknown }).rows : undefined;
  if (Array.isArray(rows) && rows.length > 0) return rows as readonly unknown[];
  throw new PipelineError(
    'SERVE_INVALID',
    Array.isArray(rows) ? 'there are no rows' : 'the body has no list `rows`',
    { remedy: 'send {"rows": [{"column": value}]}; GET /model says which columns' },
  );
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refused(faults: readonly RowFault[]): PipelineError {
  const [{ row, column, message }] = faults as [RowFault];
  const where = column === null ? '' : `, column ${JSON.stringify(column)}`;
  return new PipelineError('DATA_INVALID', `row ${row} (from 0)${where}: ${message}`, {
    remedy: 'GET /model gives the JSON Schema of a row',
    details: { faults },
  });
}
