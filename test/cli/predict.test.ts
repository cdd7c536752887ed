/** `modelwright predict` as users call it, with a real model in a compute process. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { Predictions } from '../../src/ml/model.ts';
import { ROOT } from '../activities/step-context.ts';
import { makeModelProject, type ModelProject } from '../predict/model-project.ts';

const BIN = path.join(ROOT, 'bin', 'modelwright.js');

let project: ModelProject;
let model: ArtifactRef;
let expected: Predictions;
/** The rows of the test part, in its order, with the header. */
let testRows: string;

beforeAll(async () => {
  project = await makeModelProject('breast-cancer.csv', 'diagnosis');
  model = await project.makeModel(3);
  await project.promote(model);
  expected = await project.stepPredictions(model);
  const [header, ...rows] = project.lines;
  testRows = [header, ...expected.sourceRows.map((row) => rows[row]), ''].join('\n');
  place('test.csv', testRows);
}, 60_000);

const place = (name: string, text: string) => writeFileSync(path.join(project.folder, name), text);
const read = (name: string) => readFileSync(path.join(project.folder, name), 'utf8');

function predict(args: readonly string[], stdin = '') {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [BIN, 'predict', ...args],
      { cwd: project.folder, env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' } },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
    child.stdin?.end(stdin);
  });
}

interface Line {
  readonly row: number;
  readonly class: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

const probabilitiesOf = (lines: readonly Line[]) =>
  lines.map(({ probabilities }) => expected.classes.map((name) => probabilities[name]));

it('gives the bits of the step predict, in order, whatever the batch', async () => {
  for (const batch of ['4096', '7']) {
    const { code, stdout } = await predict(['digits', 'test.csv', '--json', '--batch', batch]);
    expect(code).toBe(0);
    const lines = JSON.parse(stdout) as Line[];
    expect(lines.map(({ row }) => row)).toEqual(expected.labels.map((_, row) => row));
    expect(probabilitiesOf(lines)).toEqual(expected.probabilities);
  }
}, 60_000);

it('reads JSON Lines from standard input, and finds models by version and digest', async () => {
  const [header = '', ...rows] = testRows.trimEnd().split('\n');
  const names = header.split(',');
  const lines = rows.map((row) => {
    const cells = row.split(',').map((cell, at): [string, unknown] => {
      const name = names[at] ?? '';
      return [name, name === 'diagnosis' ? cell : Number(cell)];
    });
    return JSON.stringify(Object.fromEntries(cells));
  });
  for (const name of ['digits@1', model.sha256]) {
    const found = await predict([name, '-', '--format', 'jsonl'], lines.join('\n'));
    expect(found).toMatchObject({ code: 0 });
    const parsed = found.stdout.trimEnd().split('\n');
    expect(probabilitiesOf(parsed.map((line) => JSON.parse(line) as Line))).toEqual(
      expected.probabilities,
    );
  }
}, 60_000);

it('writes a file as its name ends, and tells the summary', async () => {
  const { code, stdout } = await predict([
    'digits@production',
    'test.csv',
    '--out',
    'p.csv',
    '--json',
  ]);
  expect(code).toBe(0);
  const counts = Object.fromEntries(
    expected.classes.map((name, index) => [
      name,
      expected.probabilities.filter((row) => row.indexOf(Math.max(...row)) === index).length,
    ]),
  );
  const best = expected.probabilities.map((row) => Math.max(...row));
  expect(JSON.parse(stdout)).toMatchObject({
    out: 'p.csv',
    rows: expected.labels.length,
    skipped: { count: 0, rows: [] },
    classes: counts,
    meanConfidence: best.reduce((sum, value) => sum + value, 0) / best.length,
  });
  const [header = '', ...rows] = read('p.csv').trimEnd().split('\n');
  expect(header).toBe('row,class,confidence,probability of benign,probability of malignant');
  expect(rows.map((row) => row.split(',').slice(3).map(Number))).toEqual(expected.probabilities);
}, 60_000);

it('stops at a row that cannot be read: its place and remedy, exit code 1, the older file kept', async () => {
  const lines = testRows.split('\n');
  lines[3] = lines[3]!.replace(/^[^,]*/, 'n/a');
  place('broken.csv', lines.join('\n'));
  place('old.csv', 'kept');
  const { code, stdout, stderr } = await predict(['digits', 'broken.csv', '--out', 'old.csv']);
  const column = lines[0]!.split(',')[0];
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(
    `broken.csv, line 4, row 2 (from 0), column "${column}": "n/a" is not a number; mend the cell, or leave it empty [DATA_INVALID]`,
  );
  expect(read('old.csv')).toBe('kept');
  expect(readdirSync(project.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  const skipped = await predict([
    'digits',
    'broken.csv',
    '--on-error',
    'skip',
    '--out',
    'new.jsonl',
  ]);
  expect(skipped.code).toBe(0);
  expect(skipped.stderr).toContain('1 rows left out (from 0): 2');
  const rows = read('new.jsonl').trimEnd().split('\n');
  expect(rows.map((line) => (JSON.parse(line) as Line).row)).toEqual(
    expected.labels.map((_, row) => row).filter((row) => row !== 2),
  );
}, 60_000);

it('warns once of columns that the model does not read', async () => {
  const wider = testRows
    .trimEnd()
    .split('\n')
    .map((line, at) => (at === 0 ? `${line},note` : `${line},hello`));
  const { code, stderr } = await predict(['digits', '-'], wider.join('\n'));
  expect(code).toBe(0);
  expect(stderr.match(/does not read/g)).toHaveLength(1);
  expect(stderr).toContain('warning: the model does not read the column note');
}, 60_000);

it.each([
  [['nobody', 'test.csv'], 1, 'MODEL_NOT_FOUND'],
  [['digits@7', 'test.csv'], 1, 'MODEL_NOT_FOUND'],
  [['f'.repeat(64), 'test.csv'], 1, 'ARTIFACT_NOT_FOUND'],
  [['digits', 'missing.csv'], 1, 'DATA_NOT_FOUND'],
  [['digits', 'test.csv', '--json', '--format', 'csv'], 2, 'USAGE'],
  [['digits', 'test.csv', '--batch', '0'], 2, 'whole number'],
  [['digits', 'test.csv', '--on-error', 'shrug'], 2, 'Allowed choices'],
  [['digits'], 2, 'missing required argument'],
])(
  '%j ends with %d',
  async (args, exit, says) => {
    const { code, stdout, stderr } = await predict(args);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toContain(says);
  },
  30_000,
);

it('leaves no file where the output cannot be written', async () => {
  const { code, stderr } = await predict(['digits', 'test.csv', '--out', 'no/such/folder.csv']);
  expect(code).toBe(1);
  expect(stderr).toContain('STORE_UNWRITABLE');
  expect(existsSync(path.join(project.folder, 'no'))).toBe(false);
}, 30_000);
