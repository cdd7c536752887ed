import { createHash } from 'node:crypto';
import { readCatalogue, type PipelineSource } from '../../src/git/catalogue.ts';
import { pipelineText } from './git-repository.ts';

const idOf = (text: string) => createHash('sha1').update(text).digest('hex');

/** A commit of these texts; what is a number stands for a file of so many bytes. */
function sourceOf(files: Readonly<Record<string, string | Buffer | number>>): PipelineSource {
  const blobs = new Map(Object.entries(files).map(([path, content]) => [idOf(path), content]));
  const sizeOf = (content: string | Buffer | number = 0) =>
    typeof content === 'number' ? content : content.length;
  return {
    repository: '/r',
    ref: 'refs/heads/main',
    commit: 'c'.repeat(40),
    files: Object.keys(files).map((path) => ({
      path,
      blob: idOf(path),
      isRegular: true,
      isPipeline: path.endsWith('.yaml'),
    })),
    sizes: async (ids) => new Map(ids.map((id) => [id, sizeOf(blobs.get(id))])),
    read: async (sizes) =>
      new Map([...sizes.keys()].map((id) => [id, Buffer.from(blobs.get(id) as string)])),
  };
}

const codesOf = async (source: PipelineSource) =>
  (await readCatalogue(source, {})).broken.map(({ file, errors }) => [file, errors[0]?.code]);

it('never reads a file that is too large, nor takes data that are', async () => {
  const source = sourceOf({
    'pipelines/data/d.csv': 2 ** 28 + 1,
    'pipelines/a.yaml': pipelineText({ name: 'a' }),
    'pipelines/b.yaml': pipelineText({ name: 'b', source: 'other.csv' }),
    'pipelines/huge.yaml': 2 ** 40,
  });
  expect(await codesOf(source)).toEqual([
    ['pipelines/a.yaml', 'DATA_TOO_LARGE'],
    ['pipelines/huge.yaml', 'SPEC_LIMIT'],
  ]);
});

it('tells what is no text, and in a name a line break without breaking the line', async () => {
  const source = sourceOf({ 'pipelines/a\n.yaml': Buffer.from([0xff, 0xfe, 0]) });
  const [broken] = (await readCatalogue(source, {})).broken;
  expect(broken?.errors[0]).toMatchObject({
    code: 'SPEC_SYNTAX',
    location: { file: 'cccccccccccc:pipelines/a\\n.yaml', line: 1, column: 1 },
  });
});

it('does not read again what it knows to be good', async () => {
  const source = sourceOf({ 'pipelines/a.yaml': pipelineText({ name: 'a' }) });
  const { facts } = await readCatalogue(source, {});
  const known = Object.fromEntries(facts);
  const asked: string[] = [];
  const read: PipelineSource['read'] = (sizes) => {
    asked.push(...sizes.keys());
    return source.read(sizes);
  };
  const again = await readCatalogue({ ...source, read }, known);
  expect(again.good).toMatchObject([{ name: 'a', file: 'pipelines/a.yaml' }]);
  expect(asked).toEqual([]);
});

it('takes every file that a pattern stands for, of a step and of triggers', async () => {
  const text = `name: a
on:
  data: { every: 1h, sources: [incoming/day-?.csv] }
  drift: { every: 1h, source: ./new/*.csv, model: { name: m } }
steps:
  data: { uses: dataset, with: { source: ./data/x-*.csv, target: y } }
`;
  const taken = ['data/x-1.csv', 'data/x-2.csv', 'incoming/day-1.csv', 'new/n.csv'];
  const left = [
    'data/.x-3.csv',
    'data/deep/x-4.csv',
    'incoming/day-10.csv',
    'x-5.csv',
    'data/y.csv',
  ];
  const source = sourceOf({
    'pipelines/a.yaml': text,
    ...Object.fromEntries([...left, ...taken].map((file) => [file, 'x'])),
  });
  const { good, broken } = await readCatalogue(source, {});
  expect(broken).toEqual([]);
  expect(good[0]?.data).toEqual(Object.fromEntries(taken.map((file) => [file, idOf(file)])));
});

it('takes the files that triggers give parameters for, and those that they watch', async () => {
  const text = `name: a
on:
  push: { params: { file: pushed.csv } }
  schedule: [{ every: 1h, params: { file: ./hourly.csv } }]
  data: { every: 1h, sources: [watched.csv], params: { file: ../outside.csv } }
  drift: { every: 1h, source: ./new.csv, model: { name: m }, params: { file: drifted.csv } }
params: { file: { type: string } }
steps:
  data: { uses: dataset, with: { source: '\${{ params.file }}', target: y } }
`;
  const taken = ['drifted.csv', 'hourly.csv', 'new.csv', 'pushed.csv', 'watched.csv'];
  const data = [...taken, 'other.csv'];
  const source = sourceOf({
    'pipelines/a.yaml': text,
    ...Object.fromEntries(data.map((file) => [file, 'x'])),
  });
  const { good, broken } = await readCatalogue(source, {});
  expect(broken).toEqual([]);
  expect(Object.keys(good[0]?.data ?? {}).sort()).toEqual(taken);
});
