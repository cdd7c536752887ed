/** DuckDB shut off from everything but the files it is given. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

export interface DuckDbFiles {
  /** Absolute paths of private copies; nothing else can be read, and nothing written. */
  readonly files: readonly string[];
  /** Interrupts a query that runs. */
  readonly signal?: AbortSignal | undefined;
  /** Absolute folder for what does not fit into memory. @default all is in memory */
  readonly spill?: string | undefined;
}

/** Beside a spill folder. */
const SPILLING = { memory_limit: '192MiB', max_temp_directory_size: '1TiB' };

/** One thread, so that rows come in the order of the file, whatever its size. */
export async function withDuckDb<T>(
  { files, signal, spill }: DuckDbFiles,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const spilling = spill === undefined ? {} : { ...SPILLING, temp_directory: spill };
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', ...spilling });
  try {
    const connection = await instance.connect();
    const interrupt = (): void => connection.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      await shutOff(connection, files);
      return await work(connection);
    } finally {
      signal?.removeEventListener('abort', interrupt);
      connection.closeSync();
    }
  } catch (error) {
    // An interrupted query fails with DuckDB's error; the reason is the signal's.
    signal?.throwIfAborted();
    throw error;
  } finally {
    instance.closeSync();
  }
}

/** No extension is fetched or loaded, and no other file can be read. */
async function shutOff(connection: DuckDBConnection, files: readonly string[]): Promise<void> {
  // Compressing takes ten times as long as the rest, for files that live for minutes.
  await connection.run("SET force_compression = 'uncompressed'");
  await connection.run('SET autoinstall_known_extensions = false');
  await connection.run('SET autoload_known_extensions = false');
  // SET takes no parameters; the paths are ours.
  await connection.run(`SET allowed_paths = [${files.map(sqlText).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

/** A text as SQL writes it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL writes it. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const MAX_LINE = 200;
const MAX_MESSAGE = 500;

/** What DuckDB says, without its advice, which speaks of options a pipeline does not have. */
export function duckDbMessage(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const [said = text] = text.split('\nPossible ');
  // One of the lines is that of the file, which may be megabytes long.
  const lines = said
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line));
  return lines
    .join('; ')
    .replace(/^Invalid Input Error: /, '')
    .slice(0, MAX_MESSAGE);
}
