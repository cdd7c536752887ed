/** The version of a step's code follows its modules, and nothing else. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { CACHEABLE_KINDS } from '../../../src/activities/cache/cacheable-kinds.ts';
import {
  codeVersionAt,
  computeCodeVersions,
  entryOf,
  readCodeVersions,
} from '../../../src/activities/cache/code-version.ts';
import { moduleGraph } from '../../../src/activities/cache/module-graph.ts';
import { packageVersions } from '../../../src/activities/cache/package-versions.ts';
import { ROOT } from '../step-context.ts';

const SRC = path.join(ROOT, 'src');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'modelwright-graph-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const versionOf = (entry: string) => codeVersionAt([path.join(folder, entry)], folder).digest;

/** What TypeScript says that a file loads: an independent reader of the same text. */
function importsByTypescript(file: string): string[] {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  return ts.preProcessFile(outputText).importedFiles.map(({ fileName }) => fileName);
}

function graphByTypescript(entry: string): { files: string[]; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const name of importsByTypescript(file)) {
      if (name.startsWith('.')) open.push(path.resolve(path.dirname(file), name));
      else if (!name.startsWith('node:')) packages.add(name);
    }
  }
  return { files: [...files].sort(), packages };
}

it.each(CACHEABLE_KINDS)('finds the modules of %s that TypeScript finds', (kind) => {
  const entry = entryOf(kind, SRC);
  const { files, packages } = moduleGraph(entry);
  const expected = graphByTypescript(entry);
  // What is found besides stands in types alone, as `import('…').Type`.
  expect(files).toEqual(expected.files);
  expect(packages).toEqual(expect.arrayContaining([...expected.packages]));
});

it('knows a version of every kind that may be kept, a different one each', () => {
  const versions = readCodeVersions(SRC);
  expect(Object.keys(versions).sort()).toEqual([...CACHEABLE_KINDS].sort());
  const digests = Object.values(versions).map(({ digest }) => digest);
  expect(new Set(digests).size).toBe(digests.length);
});

it('changes the version of exactly the kinds that load a changed file', () => {
  cpSync(SRC, path.join(folder, 'src'), { recursive: true });
  const root = path.join(folder, 'src');
  const before = computeCodeVersions(root);
  const changed = (file: string): string[] => {
    writeFileSync(path.join(root, file), `${readFileSync(path.join(root, file), 'utf8')}\n//\n`);
    const after = computeCodeVersions(root);
    const kinds = CACHEABLE_KINDS.filter((kind) => after[kind]?.digest !== before[kind]?.digest);
    cpSync(path.join(SRC, file), path.join(root, file));
    return kinds;
  };
  expect(changed('ml/optimizers/adam.ts')).toEqual([
    ...['train', 'search', 'transfer', 'multi-task', 'fuse'],
  ]);
  expect(changed('data/split.ts')).toEqual(['dataset']);
  expect(changed('ml/network.ts')).toEqual([
    ...[
      'import',
      'train',
      'search',
      'transfer',
      'multi-task',
      'fuse',
      'calibrate',
      'conformal',
      'predict',
      'explain',
      'visualize',
      'audit',
      'drift',
    ],
  ]);
  expect(changed('activities/promote.ts')).toEqual([]);
  expect(changed('cli/plan.ts')).toEqual([]);
  expect(computeCodeVersions(root)).toEqual(before);
});

it('counts a file that is loaded later, and fonts and the like beside the code', () => {
  write({
    'a.js':
      "const late = () => import('./late.js');\nconst font = new URL('./fonts/', import.meta.url);",
    'late.js': 'export const one = 1;',
    'fonts/plain.ttf': 'x',
    'other.js': '',
  });
  const before = versionOf('a.js');
  write({ 'other.js': 'changed' });
  expect(versionOf('a.js')).toBe(before);
  write({ 'late.js': 'export const one = 2;' });
  const withLate = versionOf('a.js');
  expect(withLate).not.toBe(before);
  write({ 'fonts/plain.ttf': 'y' });
  expect(versionOf('a.js')).not.toBe(withLate);
});

it('tells a file from one of another name with the same text', () => {
  write({ 'a.js': "import './x.js';", 'x.js': '1', 'y.js': '2' });
  const before = versionOf('a.js');
  write({ 'a.js': "import './y.js';", 'x.js': '2', 'y.js': '1' });
  expect(versionOf('a.js')).not.toBe(before);
});

it.each([
  ['an import that is computed', 'const load = (name) => import(name);'],
  ['a module that is not there', "import './absent.js';"],
])('refuses %s, since a version without it would not be one', (_, text) => {
  write({ 'a.js': text });
  expect(() => versionOf('a.js')).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});

it('does not follow types, which are gone when the code runs', () => {
  write({
    'a.ts': "import type { A } from './absent.ts';\nexport type { A } from './absent.ts';\n",
  });
  expect(moduleGraph(path.join(folder, 'a.ts')).files).toHaveLength(1);
});

it('names the versions of packages with all that they depend on, as installed', () => {
  const json = (version: string, dependencies = {}) => JSON.stringify({ version, dependencies });
  write({
    'node_modules/a/package.json': json('1.0.0', { b: '^2', absent: '1' }),
    'node_modules/b/package.json': json('2.0.0'),
    'node_modules/a/node_modules/c/package.json': json('9.0.0'),
    'node_modules/c/package.json': json('3.0.0', { a: '1' }),
    'node_modules/unused/package.json': json('1.0.0'),
  });
  const from = path.join(folder, 'src');
  expect(packageVersions(['a'], from)).toEqual({ a: '1.0.0', b: '2.0.0' });
  expect(packageVersions(['c'], from)).toEqual({ a: '1.0.0', b: '2.0.0', c: '3.0.0' });
  write({ 'node_modules/b/package.json': json('2.0.1', { c: '3' }) });
  expect(packageVersions(['a', 'c'], from)).toEqual({ a: '1.0.0', b: '2.0.1', c: '3.0.0' });
});
