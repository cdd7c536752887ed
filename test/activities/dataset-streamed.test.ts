/** The step over sources that are read from disk in blocks: the same bytes as from memory. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { datasetStep } from '../../src/activities/dataset.ts';
import type { StepContext } from '../../src/activities/step.ts';
import type { DatasetStep } from '../../src/activities/step-types.ts';
import { CounterRandom } from '../../src/ml/random.ts';
import { makeTestPlace, ROOT, type TestPlace } from './step-context.ts';

type Input = DatasetStep['with'];
type Features = NonNullable<Input['features']>;

const SPLIT = { train: 0.6, validation: 0.2, test: 0.2, stratify: true, seed: 1 };
/** Any file is larger. */
const TINY = { limitMiB: 1e-6 };

let place: TestPlace;
let root: string;
beforeAll(async () => {
  place = await makeTestPlace();
  root = path.join(place.folder, 'project');
  await mkdir(root);
  rowsMade = makeRows();
  await put(
    'made.csv',
    madeRows()
      .map((row) => row.map(quoted).join(','))
      .join('\n'),
  );
});
afterAll(() => place.remove());

async function put(name: string, content: string | Uint8Array): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}

let rowsMade: readonly (readonly string[])[];
const madeRows = () => rowsMade;
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/** A header and 5,000 rows of 64 columns: several blocks, whatever of them is read. */
function makeRows(): readonly (readonly string[])[] {
  const random = new CounterRandom({ seed: 3, stream: 'test' });
  const words = ['red', 'green', '"blue"', 'Grün, hell', '东京', 'line\nend', ''];
  const some = (of: readonly string[]) => of[random.integer(of.length)] as string;
  const numbers = Array.from({ length: 55 }, (_, index) => `n${index}`);
  const header = ['id', 'y', 'kind', 'day', 'text', 'group', 'part', 'list', 'when', ...numbers];
  const rows = Array.from({ length: 5_000 }, (_, id) => {
    const text = Array.from({ length: random.integer(9) }, () => some(words)).join(' ');
    const month = 1 + random.integer(12);
    return [
      String(id),
      some(['yes', 'no', 'maybe']),
      some(words),
      id % 50 === 0 ? ' ' : `${1990 + random.integer(40)}-${month}-0${1 + random.integer(9)}`,
      id % 3 === 0 ? `same text ${id % 60}` : text,
      `g${random.integer(300)}`,
      some(['train', 'test', 'train']),
      id % 7 === 0 ? '' : JSON.stringify([random.integer(9), id, null].slice(random.integer(3))),
      `2024-0${1 + random.integer(9)}-1${random.integer(9)}`,
      ...numbers.map((_, n) => (random.integer(9) === n ? '' : random.normal().toFixed(3))),
    ];
  });
  return [header, ...rows, ...rows.slice(0, 40)];
}

interface Ran {
  readonly outputs: DatasetStep['outputs'];
  readonly logs: readonly string[];
  readonly isStreamed: boolean;
}

let attempts = 0;

/** What an attempt that was killed left is swept by those that stream, and by no other. */
async function run(input: Input, changes: Partial<StepContext> = {}): Promise<Ran> {
  const scratch = path.join(place.folder, `scratch-${(attempts += 1)}`);
  await mkdir(path.join(scratch, 'stream-old'), { recursive: true });
  const logs: string[] = [];
  const context = place.context({
    ...{ dataRoot: root, scratch, ...changes },
    log: (level, message, fields) => logs.push(`${level} ${message} ${JSON.stringify(fields)}`),
  });
  const outputs = await datasetStep.run(input, context);
  const left = await readdir(scratch);
  expect(left.filter((name) => name !== 'stream-old')).toEqual([]);
  return { outputs, logs, isStreamed: left.length === 0 };
}

async function runBoth(input: Input, changes: Partial<StepContext> = {}): Promise<Ran> {
  const memory = await run(input, changes);
  const disk = await run({ ...input, memory: TINY }, changes);
  expect([memory.isStreamed, disk.isStreamed]).toEqual([false, true]);
  expect(disk.outputs).toEqual(memory.outputs);
  expect(disk.logs).toEqual(memory.logs);
  return disk;
}

const plain = (type: 'number' | 'category' | 'date' | 'text', columns: string | string[]) =>
  ({ type, columns, scale: 'standard' }) as const;
const made = (features: Features, more: Partial<Input> = {}): Input => ({
  source: 'made.csv',
  target: 'y',
  split: SPLIT,
  features,
  ...more,
});

describe('a source that is read in blocks', () => {
  const inRepository = { dataRoot: ROOT };

  it.each<[string, Omit<Input, 'split'>]>([
    ['breast-cancer.csv', { source: 'pipelines/data/breast-cancer.csv', target: 'diagnosis' }],
    [
      'german-credit.csv',
      { source: 'pipelines/data/german-credit.csv', target: 'credit', keep: ['sex', 'age'] },
    ],
    [
      'digits.csv',
      {
        source: 'pipelines/data/digits.csv',
        target: 'label',
        features: [
          { type: 'image', columns: 'pixel_*', shape: [8, 8, 1], range: [0, 16], scale: 'none' },
        ],
      },
    ],
    [
      'mail.csv',
      {
        source: 'pipelines/data/mail.csv',
        target: 'label',
        features: [
          { ...plain('text', 'subject'), length: 16 },
          { ...plain('text', 'body'), length: 96 },
        ],
      },
    ],
    [
      'licenses.csv',
      {
        source: 'pipelines/data/licenses.csv',
        target: 'kind',
        features: [{ ...plain('text', 'text'), length: 50, tokenizer: 'bpe', vocabulary: 280 }],
      },
    ],
    [
      'dates.tsv',
      {
        source: 'pipelines/data/dates.tsv',
        format: 'parallel-text',
        target: { column: 'target', type: 'text', tokenizer: 'character', length: 8 },
      },
    ],
  ])('gives the bytes that one in memory gives: %s', async (_name, input) => {
    await runBoth({ split: SPLIT, ...input }, inRepository);
  });

  it('is fitted, encoded, kept and checked over many blocks as over one', async () => {
    const { outputs } = await runBoth(
      made(
        [
          { ...plain('number', ['n0', 'n1']), scale: 'minmax' },
          plain('number', 'n2?'),
          plain('category', 'kind'),
          plain('date', 'day'),
          { ...plain('text', 'text'), length: 6 },
          { type: 'sequence', columns: 'list', shape: [3], scale: 'standard' },
          { type: 'sequence', columns: 'n3?', shape: [5, 2], scale: 'standard', name: 'steps' },
        ],
        { keep: ['group', 'id'] },
      ),
    );
    expect(outputs.checks.duplicateRows).toBe(40);
    expect(outputs.checks.leakedRows).toBeGreaterThan(0);
    expect(outputs.checks.similarTexts).toBeGreaterThan(100);
  });

  it('has its columns guessed, and odd cells told', async () => {
    const { features: _features, ...input } = made([], { keep: ['id', 'list', 'text', 'day'] });
    const { outputs } = await runBoth(input);
    expect(outputs.inputShape[0]).toBeGreaterThan(60);
  });

  it.each<[string, Partial<Input['split']>]>([
    ['group', { group: 'group' }],
    ['time', { by: 'when' }],
    ['numbers', { by: 'id' }],
    ['column', { column: 'part' }],
  ])('is split by a %s', async (_name, more) => {
    await runBoth(made([plain('number', 'n1')], { split: { ...SPLIT, ...more } }));
  });

  it('may be answered by a query', async () => {
    const query = 'SELECT y, n1::DOUBLE AS n1, kind, [n2, n3] AS pair FROM data ORDER BY n2, id';
    await runBoth(made([plain('number', 'n1'), plain('category', 'pair')].slice(0, 1), { query }));
  });

  it.each(['tsv', 'jsonl', 'parquet'] as const)('may be %s', async (format) => {
    const rows = madeRows().slice(1).map((row) => ({
      y: row[1] as string, kind: (row[2] as string).replace('\n', ' '), a: Number(row[9]), b: row[10] as string,
    })); // prettier-ignore
    if (format === 'parquet') {
      const { DuckDBInstance } = await import('@duckdb/node-api');
      const connection = await (await DuckDBInstance.create(':memory:')).connect();
      await put('t.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
      const [from, to] = ['t.jsonl', 't.parquet'].map((name) => path.join(root, name));
      await connection.run(`COPY (SELECT * FROM read_json('${from}')) TO '${to}' (FORMAT parquet)`);
    } else if (format === 'jsonl') {
      await put('t.jsonl', `${rows.map((row) => JSON.stringify(row)).join('\n\n')}\r\n`);
    } else {
      const lines = rows.map((row) => Object.values(row).join('\t'));
      await put('t.tsv', `\ufeffy\tkind\ta\tb\r\n${lines.join('\r\n')}`);
    }
    await runBoth({ source: `t.${format}`, target: 'y', split: SPLIT });
  });

  it.each<[string, string, NonNullable<Input['format']>, string]>([
    ['x,y\n1,a\ntwo,b\n', 'csv', 'csv', 'Column "x", row 1 (from 0): "two" is not a number'],
    ['x,y\n1,a\n2,\n', 'csv', 'csv', 'row 1 (from 0): the target is empty'],
    ['x,y\n1,a\n2\n', 'csv', 'csv', 'Line: 3'],
    ['x,x\n1,a\n', 'csv', 'csv', 'twice'],
    ['x,y\n', 'csv', 'csv', 'no rows'],
    ['x\ty\n1\ta\n2\n', 'tsv', 'tsv', 'line 3: 1 fields'],
    ['x\ty\n1\ta\0\n', 'tsv', 'tsv', 'line 2: a NUL'],
    ['{"x":1,"y":"a"}\n{"x":1e99', 'jsonl', 'jsonl', 'line 2: it is no JSON'],
    ['{"x":1,"y":"a"}\n[]', 'jsonl', 'jsonl', 'line 2: a row must be an object'],
    ['', 'jsonl', 'jsonl', 'no column'],
    ['x,y\n1,a\n2,b\n', 'parquet', 'parquet', 'parquet'],
    ['a\tb\nc\t \n', 'txt', 'parallel-text', 'line 2: its target is empty'],
  ])('is refused as one in memory: %j as %s', async (text, ending, format, said) => {
    await put(`bad.${ending}`, text);
    const input: Input = {
      ...{ source: `bad.${ending}`, format, target: format === 'parallel-text' ? 'target' : 'y' },
      features: [plain('number', format === 'parallel-text' ? 'source' : 'x')],
      split: { ...SPLIT, train: 1, validation: 0, test: 0 },
    };
    for (const more of [{}, { memory: TINY }]) {
      await expect(run({ ...input, ...more })).rejects.toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringContaining(said) as string,
      });
    }
  });

  it('names the row of the source, whatever block it is in', async () => {
    const rows = madeRows().map((row) => [...row]);
    (rows[4_400] as string[])[9] = 'odd';
    await put('odd.csv', rows.map((row) => row.map(quoted).join(',')).join('\n'));
    const input = made([plain('number', 'n0')], { source: 'odd.csv', memory: TINY });
    await expect(run(input)).rejects.toMatchObject({
      message: expect.stringContaining('Column "n0", row 4399 (from 0)') as string,
    });
  });

  it('stops when it is told, and leaves nothing behind', async () => {
    const controller = new AbortController();
    const scratch = path.join(place.folder, 'stopped');
    let beats = 0;
    const heartbeat = (): void => {
      beats += 1;
      if (beats === 6) controller.abort(new Error('stopped'));
    };
    const context = place.context({
      ...{ dataRoot: root, scratch, heartbeat, signal: controller.signal },
    });
    const input = made([plain('number', 'n*')], { memory: TINY });
    await expect(datasetStep.run(input, context)).rejects.toThrow('stopped');
    expect(await readdir(scratch)).toEqual([]);
  });
});

describe('a source of several files', () => {
  const features = [plain('number', 'n1'), plain('category', 'kind')];

  it('has their rows one after the other, in the order of the names', async () => {
    const [header = '', ...lines] = madeRows().map((row) => row.slice(0, 12).map(quoted).join(','));
    await put('whole.csv', [header, ...lines].join('\n'));
    await put('parts/p-10.csv', [header, ...lines.slice(0, 1000)].join('\n'));
    await put('parts/p-2.csv', `${[header, ...lines.slice(1000)].join('\n')}\n`);
    await put('parts/.p-1.csv', 'hidden');
    await put('parts/other.csv', 'other');
    const whole = await run(made(features, { source: 'whole.csv' }));
    const parts = await run(made(features, { source: 'parts/p-*.csv' }));
    expect(parts.isStreamed).toBe(true);
    const read = async ({ outputs }: Ran) =>
      place.store.getJson<{ parts: unknown; source: object }>(outputs.dataset);
    expect((await read(parts)).parts).toEqual((await read(whole)).parts);
    expect((await read(parts)).source).toMatchObject({ path: 'parts/p-*.csv' });
    expect(parts.outputs.checks).toEqual(whole.outputs.checks);
    await put('parts/p-2.csv', (await readFile(path.join(root, 'parts/p-2.csv'), 'utf8')) + '\n');
    const changed = await run(made(features, { source: 'parts/p-*.csv' }));
    expect(changed.outputs.fingerprint).not.toBe(parts.outputs.fingerprint);
  });

  it.each([
    ['DATA_INVALID', 'has the columns b, y', 'two/*.csv', {}],
    ['DATA_NOT_FOUND', 'No file matches', 'two/*.tsv', {}],
    ['DATA_PATH_REFUSED', 'not of its folder', 't*o/a.csv', {}],
    ['DATA_PATH_REFUSED', '".."', '../*.csv', {}],
    ['SPEC_UNSUPPORTED', 'its format is json', 'two/*.json', {}],
    ['SPEC_UNSUPPORTED', 'a query reads one file', 'two/*.csv', { query: 'SELECT * FROM data' }],
  ])('is refused with %s, saying %j', async (code, said, source, more) => {
    await put('two/a.csv', 'a,y\n1,p\n2,q\n');
    await put('two/b.csv', 'b,y\n1,p\n2,q\n');
    const input = { ...made([plain('number', 'a')], { source, ...more }) };
    await expect(run(input)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(said) as string,
    });
  });
});
