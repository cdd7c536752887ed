/** Finds where a query reads the clock: its result would be another tomorrow. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { isJsonObject, type Json } from '../../json.ts';

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
  const inner = Array.isArray(node) ? node : isJsonObject(node) ? Object.values(node) : [];
  const own = isJsonObject(node) ? clockNameOf(node) : null;
  if (own !== null) return own;
  for (const value of inner) {
    const found = findIn(value);
    if (found !== null) return found;
  }
  return null;
}

function clockNameOf({ function_name, column_names, children }: { readonly [key: string]: Json }) {
  const names = [function_name, ...(Array.isArray(column_names) ? column_names : [])];
  const found = names.find(
    (name) => typeof name === 'string' && CLOCK.includes(name.toLowerCase()),
  );
  if (typeof found === 'string') return found;
  // Of one date, age() is counted from today.
  const isAge = function_name === 'age' && Array.isArray(children) && children.length === 1;
  return isAge ? 'age' : null;
}
