/** `apply`, `check`, `sync` and `hooks` where no server is needed. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import { pipelineText, TestRepository } from '../git/git-repository.ts';
import { temporaryFolder } from '../temporal/harness.ts';

let cwd: string;

beforeEach(() => {
  cwd = temporaryFolder();
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

async function cli(...args: readonly string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await main(args, { stdin: new PassThrough(), stdout, stderr, env: {}, cwd });
  const text = (stream: PassThrough) => String((stream.read() as Buffer | null) ?? '');
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function place(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true });
  writeFileSync(path.join(cwd, file), text);
}

const json = async (...args: readonly string[]) =>
  JSON.parse((await cli(...args, '--json')).stdout) as Record<string, unknown>;

describe('apply', () => {
  it('registers a folder, and says before what it would change', async () => {
    place('f/pipelines/a.yaml', pipelineText({ name: 'a' }));
    place('f/pipelines/deep/b.yml', pipelineText({ name: 'b' }));
    place('f/other.yaml', 'not: a pipeline\n');
    const would = await cli('apply', 'f', '--dry-run');
    expect(would).toMatchObject({ code: 0, stderr: '' });
    expect(would.stdout).toContain('added a (pipelines/a.yaml');
    expect(would.stdout).toContain('2 would change');
    expect(existsSync(path.join(cwd, '.modelwright'))).toBe(false);
    expect(await json('apply', 'f')).toMatchObject({ registered: [{ name: 'a' }, { name: 'b' }] });
    place('f/pipelines/a.yaml', pipelineText({ name: 'a', seed: 2 }));
    rmSync(path.join(cwd, 'f/pipelines/deep/b.yml'));
    place('f/pipelines/c.yaml', 'name: c\n');
    const broken = await cli('apply', 'f');
    expect(broken.code).toBe(3);
    expect(broken.stdout).toMatch(/changed a \(/);
    expect(broken.stdout).toContain('retired b');
    expect(broken.stderr).toContain('pipelines/c.yaml:1:1');
    rmSync(path.join(cwd, 'f/pipelines/c.yaml'));
    expect(await json('apply', 'f')).toMatchObject({ registered: [], unchanged: 1, broken: [] });
  });

  it('says before which schedules it would make, and needs no server for that', async () => {
    place('f/a.yaml', pipelineText({ name: 'a', on: '{ schedule: [{ every: 1h }] }' }));
    const { code, stdout } = await cli('apply', 'f', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('  schedule modelwright-a-0 created\n');
    expect(existsSync(path.join(cwd, '.modelwright'))).toBe(false);
  });

  it('takes a folder of pipelines too, and no file that a link leads to', async () => {
    place('f/a.yaml', pipelineText({ name: 'a' }));
    place('secret', 'name: s\n');
    symlinkSync(path.join(cwd, 'secret'), path.join(cwd, 'f/link.yaml'));
    const { code, stdout, stderr } = await cli('apply', 'f');
    expect(code).toBe(3);
    expect(stdout).toContain('added a (a.yaml');
    expect(stderr).toMatch(/link\.yaml:1:1 .*SPEC_NOT_FOUND/);
  });

  it('is SPEC_NOT_FOUND where there is no folder', async () => {
    expect((await cli('apply', 'nowhere')).code).toBe(3);
  });
});

describe('check', () => {
  it('prints what changes, what follows from it and that replay is safe', async () => {
    const repository = new TestRepository(path.join(cwd, 'r'));
    repository.write('pipelines/a.yaml', chain('a', 16));
    repository.write('pipelines/gone.yaml', pipelineText({ name: 'gone' }));
    repository.write('pipelines/same.yaml', pipelineText({ name: 'same' }));
    repository.commit('base');
    repository.git('checkout', '--quiet', '-b', 'change');
    repository.write('pipelines/a.yaml', chain('a', 32));
    repository.write('pipelines/new.yaml', pipelineText({ name: 'new' }));
    repository.remove('pipelines/gone.yaml');
    repository.commit('head');
    const { code, stdout } = await cli('check', 'r', '--base', 'main');
    expect(code).toBe(0);
    expect(stdout).toContain('1 added, 1 changed, 1 removed, 0 broken, 1 unchanged');
    expect(stdout).toContain('| `units` | `16` | `32` |');
    expect(stdout).toContain('| `network: with.hidden[0]` | `16` | `32` |');
    expect(stdout).toContain('Results that may change: `network`, `training`.');
    expect(stdout).toContain('### Removed `gone`');
    expect(stdout).toMatch(/Safe: a run carries its whole plan/);
    const report = await json('check', 'r', '--base', 'main');
    expect(report).toMatchObject({ added: [{ name: 'new' }], openRuns: null });
  });

  it('compares with where the branch left its base, and counts new data as a change', async () => {
    const repository = new TestRepository(path.join(cwd, 'r'));
    repository.write('pipelines/a.yaml', pipelineText({ name: 'a' }));
    repository.write('pipelines/data/d.csv', 'x,y\n1,a\n');
    const left = repository.commit('base');
    repository.git('checkout', '--quiet', '-b', 'change');
    repository.write('pipelines/data/d.csv', 'x,y\n2,a\n');
    repository.commit('data');
    repository.git('checkout', '--quiet', 'main');
    repository.remove('pipelines/a.yaml');
    repository.commit('main went on');
    const report = await json('check', 'r', '--base', 'main', '--head', 'change');
    expect(report).toMatchObject({
      base: left,
      changed: [{ diff: { affected: ['data'], changed: [] } }],
    });
  });

  it('counts data that come and go as a change too, also of a pattern', async () => {
    const repository = new TestRepository(path.join(cwd, 'r'));
    repository.write('pipelines/a.yaml', pipelineText({ name: 'a', source: './d/x-*.csv' }));
    repository.write('pipelines/b.yaml', pipelineText({ name: 'b', source: 'd/y.csv' }));
    repository.write('pipelines/c.yaml', pipelineText({ name: 'c', source: 'd/z-*.csv' }));
    for (const file of ['x-1', 'y', 'z-1']) repository.write(`d/${file}.csv`, 'x,y\n1,a\n');
    repository.commit('base');
    repository.git('checkout', '--quiet', '-b', 'change');
    repository.write('d/x-2.csv', 'x,y\n2,a\n');
    repository.remove('d/y.csv');
    repository.commit('data');
    expect(await json('check', 'r', '--base', 'main')).toMatchObject({
      changed: [
        { name: 'a', diff: { affected: ['data'], changed: [] } },
        { name: 'b', diff: { affected: ['data'], changed: [] } },
      ],
      unchanged: 1,
    });
  });

  it('exits with 3 where a pipeline is broken, in a file whose name is Markdown', async () => {
    const repository = new TestRepository(path.join(cwd, 'r'));
    const base = repository.commit('base');
    repository.write('pipelines/`*x*`\n# y.yaml', 'name: 1\n');
    repository.commit('head');
    const { code, stdout } = await cli('check', 'r', '--base', base);
    expect(code).toBe(3);
    expect(stdout).toContain('### ✗ `` pipelines/`*x*`\\n# y.yaml `` is broken');
    expect(stdout).not.toMatch(/^# y/m);
  });

  it.each([
    [['check', 'r'], 2],
    [['check', 'r', '--base', '--output=x'], 2],
    [['check', 'r', '--base', 'nobody'], 1],
    [['sync', 'r', '--branch', '-x'], 2],
    [['sync', 'r', '--branch', 'a', '--tag', 'b'], 2],
    [['sync', 'r', '--watch', '--every', 'soon'], 2],
    [['sync', 'r'], 5],
    [['hooks', 'install', 'https://example.org/r'], 2],
    [['hooks', 'install', 'nowhere'], 1],
  ])('%j ends with %i', async (args, expected) => {
    const repository = new TestRepository(path.join(cwd, 'r'));
    repository.commit('one');
    const { code, stderr } = await cli(...args);
    expect([code, stderr === '']).toEqual([expected, false]);
  });
});

const chain = (name: string, units: number) => `${pipelineText({ name })}  network:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp, hidden: ['\${{ params.units }}'] }
  training:
    uses: train
    with:
      architecture: \${{ steps.network.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: 2
params: { units: { type: integer, default: ${units} } }
`;

describe('hooks', () => {
  it('are installed once, chain the hook that was there, and give it back', async () => {
    const repository = new TestRepository(path.join(cwd, "it's a repository"));
    const file = path.join(repository.folder, '.git/hooks/post-receive');
    writeFileSync(file, '#!/bin/sh\ntrue\n', { mode: 0o755 });
    expect(await json('hooks', 'install', "it's a repository")).toMatchObject({
      change: 'installed',
      kept: true,
    });
    expect(statSync(file).mode & 0o111).toBe(0o111);
    expect(await json('hooks', 'install', "it's a repository/.git")).toMatchObject({
      change: 'as before',
    });
    expect(await json('hooks', 'install', "it's a repository", '--project', 'p')).toMatchObject({
      change: 'updated',
    });
    expect(await json('hooks', 'remove', "it's a repository")).toMatchObject({
      change: 'removed',
      kept: true,
    });
    expect(readFileSync(file, 'utf8')).toBe('#!/bin/sh\ntrue\n');
    expect(await json('hooks', 'remove', "it's a repository")).toMatchObject({
      change: 'not installed',
    });
    expect(readFileSync(file, 'utf8')).toBe('#!/bin/sh\ntrue\n');
  });

  it('are refused where they would serve other repositories, or overwrite a second hook', async () => {
    const repository = new TestRepository(path.join(cwd, 'r'));
    const hooks = path.join(repository.folder, '.git/hooks');
    await cli('hooks', 'install', 'r');
    writeFileSync(path.join(hooks, 'post-receive'), '#!/bin/sh\n');
    writeFileSync(path.join(hooks, 'post-receive.before-modelwright'), '#!/bin/sh\n');
    const second = await cli('hooks', 'install', 'r');
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining('GIT_REFUSED') });
    repository.git('config', 'core.hooksPath', '/shared');
    const shared = await cli('hooks', 'install', 'r');
    expect(shared).toMatchObject({ code: 2, stderr: expect.stringContaining('core.hooksPath') });
  });
});
