import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  queryTables,
  readParquet,
  type TableFile,
} from '../../../src/data/sources/query-tables.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'modelwright-query-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const file = (name: string, format: TableFile['format'], text: string): TableFile => ({
  name,
  format,
  bytes: Buffer.from(text),
});
const DATA = file('data', 'csv', 'id,v,kind\n1,0.5,a\n2,1.5,b\n3,,a\n');
const query = (sql: string, files: readonly TableFile[] = [DATA]) =>
  queryTables({ files, sql, scratch });

async function parquet(select: string): Promise<Uint8Array> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const target = path.join(scratch, 'made.parquet');
  await connection.run(`COPY (${select}) TO '${target}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return readFile(target);
}

describe('a query', () => {
  it('asks the source and other files by their names', async () => {
    const names = file('names', 'jsonl', '{"kind":"a","name":"ant"}\n{"kind":"b","name":"bee"}\n');
    const table = await query(
      'SELECT name, sum(v) AS total FROM data JOIN names USING (kind) GROUP BY name ORDER BY name -- a comment',
      [DATA, names],
    );
    expect(table).toEqual({
      columns: ['name', 'total'],
      cells: [
        ['ant', 'bee'],
        ['0.5', '1.5'],
      ],
    });
  });

  it('keeps the order of the file, and draws the same each time', async () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => index).join('\n');
    const numbers = file('data', 'csv', `n\n${lines}\n`);
    const all = await query('SELECT n FROM data', [numbers]);
    expect(all.cells[0]).toEqual(Array.from({ length: 5_000 }, (_, index) => String(index)));
    const drawn = 'SELECT n FROM data WHERE random() < 0.01';
    expect(await query(drawn, [numbers])).toEqual(await query(drawn, [numbers]));
  });

  it.each([
    'DROP TABLE data',
    "COPY data TO 'stolen.csv'",
    'SELECT 1; SELECT 2',
    'SELECT 1) ; DROP VIEW data; SELECT * FROM (SELECT 2',
    "ATTACH 'other.db'",
    'INSTALL httpfs',
    'SET threads = 8',
    'PRAGMA database_list',
    'CALL pragma_version()',
    "EXPORT DATABASE 'folder'",
    'CREATE TABLE t AS SELECT 1',
    'no SQL at all',
    '',
  ])('must be one SELECT: %j', async (sql) => {
    await expect(query(sql)).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining('must be one SELECT') as string,
    });
  });

  it.each([
    'SELECT now()',
    'SELECT * FROM data WHERE TODAY() > v',
    'SELECT CURRENT_DATE',
    'WITH a AS (SELECT current_timestamp AS t) SELECT * FROM a',
    "SELECT age(TIMESTAMP '2020-01-01')",
  ])('may not read the clock: %s', async (sql) => {
    await expect(query(sql)).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining('reads the clock') as string,
    });
  });

  it('may name what only looks like it', async () => {
    const sql = "SELECT 'now()' AS said, age(TIMESTAMP '2020-01-02', TIMESTAMP '2020-01-01') AS a";
    expect((await query(sql)).cells).toEqual([['now()'], ['1 day']]);
  });

  it.each([
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/hostname')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/dev/stdin')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/etc/passwd')",
    "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    "SELECT * FROM read_csv('https://example.org/a.csv')",
    "SELECT * FROM 's3://bucket/a.parquet'",
    "SELECT getenv('HOME')",
    "SELECT * FROM which_secret('x', 's3')",
  ])('reads no other file: %s', async (sql) => {
    await expect(query(sql)).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('says what is wrong, without the path of its copy', async () => {
    await expect(query('SELECT nothing FROM data')).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('"nothing" not found') as string,
    });
    const broken = query('SELECT * FROM data', [file('data', 'json', '[{"a":')]);
    await expect(broken).rejects.toMatchObject({ code: 'DATA_INVALID' });
    await expect(broken).rejects.not.toMatchObject({
      message: expect.stringContaining(scratch) as string,
    });
  });

  it('stops when it is told to, and leaves no copy', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('enough')), 50);
    const endless = 'SELECT count(*) FROM range(1000000000) a, range(1000000000) b';
    await expect(
      queryTables({ files: [DATA], sql: endless, scratch, signal: stop.signal }),
    ).rejects.toThrow('enough');
    expect((await readdir(scratch)).filter((name) => name.startsWith('source-'))).toEqual([]);
  });
});

describe('Parquet', () => {
  it('becomes text: dates as ISO 8601, lists as JSON, NaN and NULL as missing', async () => {
    const bytes = await parquet(
      "SELECT 1.5::DOUBLE AS d, 'nan'::DOUBLE AS n, [[1,2],[3,4]] AS l, DATE '2024-05-17' AS day," +
        " TIMESTAMP '2024-05-17 09:30:00' AS t, true AS b, NULL::INT AS e, 9007199254740993 AS big",
    );
    expect(await readParquet(bytes, { scratch })).toEqual({
      columns: ['d', 'n', 'l', 'day', 't', 'b', 'e', 'big'],
      cells: [
        ['1.5'], [null], ['[[1,2],[3,4]]'], ['2024-05-17'], ['2024-05-17 09:30:00'], ['true'],
        [null], ['9007199254740993'],
      ], // prettier-ignore
    });
  });

  it('is refused where it is damaged or holds bytes', async () => {
    const good = await parquet("SELECT 'x'::BLOB AS raw");
    await expect(readParquet(good, { scratch })).rejects.toMatchObject({
      code: 'SPEC_UNSUPPORTED',
    });
    for (const bad of [good.subarray(0, good.length - 9), Buffer.from('a,b\n1,2\n')]) {
      await expect(readParquet(bad, { scratch })).rejects.toMatchObject({ code: 'DATA_INVALID' });
    }
    await writeFile(path.join(scratch, 'made.parquet'), '');
  });
});
