import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { applyFolder } from '../../src/git/apply-folder.ts';
import { checkCommit } from '../../src/git/check-commit.ts';
import { readCatalogue } from '../../src/git/catalogue.ts';
import { resolveCommit, openRepository } from '../../src/git/repository.ts';
import { sourceOf } from '../../src/git/snapshot.ts';
import { temporaryFolder } from '../temporal/harness.ts';
import { TestRepository } from './git-repository.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const OUTER = `name: outer
steps:
  inner: { uses: pipeline, with: { file: shared/inner.yaml } }
outputs: { n: '\${{ steps.inner.outputs.n }}' }
`;
const INNER = `name: inner
steps:
  deep: { uses: pipeline, with: { file: pipelines/deep.yaml, params: { source: data.csv } } }
  v: { uses: values, with: { n: 1 } }
outputs: { n: '\${{ steps.v.outputs.n }}' }
`;
const DEEP = `name: deep
params: { source: { type: string, default: other.csv } }
steps:
  data: { uses: dataset, with: { source: '\${{ params.source }}', target: y } }
`;

/** `outer` runs a pipeline beside `pipelines/`, which runs one of them. */
function place() {
  const repository = new TestRepository();
  const stateFolder = path.join(temporaryFolder(), '.modelwright');
  folders.push(path.dirname(repository.folder), path.dirname(stateFolder));
  repository.write('pipelines/outer.yaml', OUTER);
  repository.write('shared/inner.yaml', INNER);
  repository.write('pipelines/deep.yaml', DEEP);
  repository.write('data.csv', 'y\n1\n');
  repository.write('other.csv', 'y\n1\n');
  repository.commit('First');
  const options = { stateFolder, cwd: undefined };
  const catalogue = async (known: Parameters<typeof readCatalogue>[1] = {}) => {
    const opened = await openRepository(repository.folder, options);
    const commit = await resolveCommit(opened, 'HEAD');
    return readCatalogue(await sourceOf(opened, null, commit), known);
  };
  return { repository, stateFolder, catalogue };
}

describe('pipelines of a commit that run others', () => {
  it('are good where those are, wherever in the commit they stand', async () => {
    const { repository, catalogue } = place();
    const { good, broken } = await catalogue();
    expect(broken).toEqual([]);
    const outer = good.find(({ name }) => name === 'outer');
    expect(Object.keys(outer?.pipelines ?? {}).sort()).toEqual([
      'pipelines/deep.yaml',
      'shared/inner.yaml',
    ]);
    expect(outer?.pipelines['shared/inner.yaml']).toBe(
      repository.git('rev-parse', 'HEAD:shared/inner.yaml'),
    );
    // With the parameter that it is given, not with its default.
    expect(Object.keys(outer?.data ?? {})).toEqual(['data.csv']);
  });

  it('are broken with those, each fault at its place in the file of that commit', async () => {
    const { repository, catalogue } = place();
    repository.write('shared/inner.yaml', INNER.replace('n: 1 }', 'm: 1 }'));
    const commit = repository.commit('Break it');
    const { broken } = await catalogue();
    expect(broken.map(({ file }) => file)).toEqual(['pipelines/outer.yaml']);
    expect(broken[0]?.errors.map(({ code, location }) => [code, location])).toEqual([
      ['OUTPUT_UNKNOWN', { file: `${commit.slice(0, 12)}:shared/inner.yaml`, line: 5, column: 16 }],
    ]);
  });

  it('are broken where there is no such file, or it is a link', async () => {
    const { repository, catalogue } = place();
    repository.remove('shared/inner.yaml');
    repository.commit('Remove it');
    expect((await catalogue()).broken[0]?.errors.map(({ code }) => code)).toEqual([
      'SPEC_NOT_FOUND',
    ]);
    repository.git(
      'update-index',
      '--add',
      '--cacheinfo',
      `120000,${repository.git('rev-parse', 'HEAD:data.csv')},shared/inner.yaml`,
    );
    repository.git('commit', '--quiet', '-m', 'Link it');
    expect((await catalogue()).broken[0]?.errors.map(({ code }) => code)).toEqual([
      'SPEC_NOT_FOUND',
    ]);
  });

  it('are read again when one of those has changed, and only then', async () => {
    const { repository, catalogue } = place();
    const first = await catalogue();
    const digest = (found: typeof first) =>
      found.good.find(({ name }) => name === 'outer')?.planDigest;
    const known = Object.fromEntries(first.facts);
    expect(digest(await catalogue(known))).toBe(digest(first));
    repository.write('pipelines/deep.yaml', DEEP.replace('target: y', 'target: z'));
    repository.commit('Change the deepest');
    const second = await catalogue(known);
    expect(digest(second)).not.toBe(digest(first));
  });

  it('are told as changed by a check, and the steps that run those as affected', async () => {
    const { repository, stateFolder } = place();
    repository.git('branch', 'before');
    repository.write('shared/inner.yaml', INNER.replace('n: 1 }', 'n: 2 }'));
    repository.commit('Another number');
    const report = await checkCommit({
      repository: repository.folder,
      base: 'before',
      stateFolder,
    });
    expect(report.changed.map(({ name, diff }) => [name, diff?.affected])).toEqual([
      ['outer', ['inner']],
    ]);
    expect(report.changed[0]?.diff?.settings.map(({ path: at }) => at)).toEqual([
      'runs shared/inner.yaml',
    ]);
  });

  it('are registered with the texts of those', async () => {
    const folder = temporaryFolder();
    folders.push(folder);
    const repository = new TestRepository(path.join(folder, 'project'));
    repository.write('pipelines/outer.yaml', OUTER.replace('shared/', 'pipelines/'));
    repository.write('pipelines/inner.yaml', INNER);
    repository.write('pipelines/deep.yaml', DEEP);
    const stateFolder = path.join(folder, '.modelwright');
    const useClient = () => Promise.reject(new Error('no server is needed'));
    const apply = () => applyFolder({ folder: repository.folder, stateFolder, useClient });
    const report = await apply();
    expect(report.broken).toEqual([]);
    const file = path.join(stateFolder, 'pipelines', 'outer.json');
    const registered = JSON.parse(readFileSync(file, 'utf8')) as {
      pipelines: Record<string, { text: string }>;
    };
    expect(registered.pipelines['pipelines/inner.yaml']?.text).toBe(INNER);
    repository.write('pipelines/deep.yaml', `${DEEP}# changed\n`);
    expect((await apply()).registered.map(({ name, change }) => [name, change])).toEqual([
      ['deep', 'changed'],
      ['inner', 'changed'],
      ['outer', 'changed'],
    ]);
  });
});
