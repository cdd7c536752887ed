/** Finds where a query reads the clock: its result would be another tomorrow. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';

const CLOCK: readonly string[] = [
  'now',
  'today',
  'current_date',
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'transaction_timestamp',
  'get_current_time',
  'get_current_timestamp',
  'txid_current',
  'uuidv7',
];

/** @returns the first name, or `null`; a column that is called like one counts as one. */
export async function findClockFunction(
  connection: DuckDBConnection,
  sql: string,
): Promise<string | null> {
  const result = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  return findIn(JSON.parse(String(result.getRows()[0]?.[0])) as Json);
}

function findIn(node: Json): string | null {
  const own = isJsonObject(node) ? clockNameOf(node) : null;
  if (own !== null) return own;
  for (const value of valuesIn(node)) {
    const found = findIn(value);
    if (found !== null) return found;
  }
  return null;
}

function valuesIn(node: Json): readonly Json[] {
  if (Array.isArray(node)) return node as readonly Json[];
  return isJsonObject(node) ? Object.values(node) : [];
}

function clockNameOf({ function_name: name, column_names: columns, children }: JsonObject) {
  const names = [name, ...(Array.isArray(columns) ? (columns as readonly Json[]) : [])];
  const found = names.find((one) => typeof one === 'string' && CLOCK.includes(one.toLowerCase()));
  if (typeof found === 'string') return found;
  // Of one date, age() is counted from today.
  return name === 'age' && Array.isArray(children) && children.length === 1 ? 'age' : null;
}
