/** What a repository, its name or its owner may try. A canary file shows whether anything ran. */
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { git } from '../../src/git/git-command.ts';
import {
  blobSizes,
  changedFiles,
  commitInfo,
  listFiles,
  readBlobs,
} from '../../src/git/objects.ts';
import { fullRef } from '../../src/git/ref-name.ts';
import { openRepository, resolveCommit } from '../../src/git/repository.ts';
import { parseAddress } from '../../src/git/repository-address.ts';
import { temporaryFolder } from '../temporal/harness.ts';
import { DATA, pipelineText, TestRepository } from './git-repository.ts';

let folder: string;
let canary: string;

beforeEach(() => {
  folder = temporaryFolder();
  canary = path.join(folder, 'canary');
});
afterEach(() => {
  expect(existsSync(canary)).toBe(false);
  rmSync(folder, { recursive: true, force: true });
});

const open = (repository: string) =>
  openRepository(repository, { stateFolder: path.join(folder, '.modelwright'), cwd: folder });

/** A program that leaves the canary. */
function trap(name = 'trap'): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\ntouch '${canary}'\nexit 1\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('the name of a repository', () => {
  it.each([
    'ext::sh -c "touch CANARY"',
    'ext::touch CANARY',
    'fd::3',
    '--upload-pack=touch CANARY',
    '-u',
    'git://example.org/r',
    'ftp://example.org/r',
    'http://example.org/r',
    'http://127.0.0.1.example.org/r',
    'ssh://-oProxyCommand=touch%20CANARY/r',
    'ssh://-oProxyCommand@example.org/r',
    '-oProxyCommand=touch CANARY:r',
    'host:-r',
    'file://example.org/r',
    'https:///',
    'a\nb',
    'a\0b',
    '',
  ])('%j is refused', async (name) => {
    await expect(open(name.replace('CANARY', canary))).rejects.toMatchObject({
      code: 'GIT_REFUSED',
    });
  });

  it.each([
    ['/r', { type: 'folder', folder: '/r' }],
    ['r', { type: 'folder', folder: '/w/r' }],
    ['./a:b', { type: 'folder', folder: '/w/a:b' }],
    ['file:///r', { protocol: 'file' }],
    ['https://ann:secret@example.org/r', { protocol: 'https', name: 'https://example.org/r' }],
    ['http://[::1]:8080/r', { protocol: 'http' }],
    ['ssh://git@example.org/r', { protocol: 'ssh' }],
    ['git@example.org:r.git', { protocol: 'ssh', url: 'git@example.org:r.git' }],
  ])('%j is taken', (name, expected) => {
    expect(parseAddress(name, '/w')).toMatchObject(expected);
  });

  it('is told without its credentials where the server does not answer', async () => {
    const error = await open('http://ann:secret@127.0.0.1:1/r').then(String, (e: Error) => e);
    expect(error).toMatchObject({ code: 'GIT_UNREACHABLE' });
    expect(String(error)).not.toContain('secret');
  });

  it.each([['nowhere'], ['file:///nowhere/at/all']])('%j is unreachable', async (name) => {
    await expect(open(name)).rejects.toMatchObject({ code: 'GIT_UNREACHABLE' });
  });

  it('is not that of a folder inside a repository', async () => {
    const repository = new TestRepository(path.join(folder, 'r'));
    repository.write('sub/file', '');
    await expect(open('r/sub')).rejects.toMatchObject({ code: 'GIT_UNREACHABLE' });
  });

  it('is empty where nothing was committed', async () => {
    new TestRepository(path.join(folder, 'r'));
    await expect(open('r')).rejects.toMatchObject({ code: 'GIT_EMPTY' });
    await expect(open(`file://${folder}/r`)).rejects.toMatchObject({ code: 'GIT_EMPTY' });
  });
});

describe('git itself', () => {
  async function withPath<Result>(value: string, perform: () => Promise<Result>): Promise<Result> {
    const before = process.env['PATH'];
    process.env['PATH'] = value;
    try {
      return await perform();
    } finally {
      process.env['PATH'] = before;
    }
  }

  it('is GIT_UNAVAILABLE where there is none', async () => {
    const asking = withPath(folder, () => git('rev-parse', ['HEAD']));
    await expect(asking).rejects.toMatchObject({ code: 'GIT_UNAVAILABLE' });
  });

  it('is stopped when it takes too long', async () => {
    writeFileSync(path.join(folder, 'git'), '#!/bin/sh\nexec sleep 30\n', { mode: 0o755 });
    const asking = withPath(`${folder}:${process.env['PATH']}`, () =>
      git('ls-remote', ['x'], { timeoutMs: 200, code: 'GIT_UNREACHABLE' }),
    );
    await expect(asking).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
      message: expect.stringContaining('no answer within 0.2 s'),
    });
  });
});

describe('the name of a branch or tag', () => {
  it.each([
    '-x',
    '--upload-pack=x',
    '',
    '@',
    'a..b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.lock',
    'a.',
    'a@{1}',
    'a\nb',
  ])('%j is refused, as git would', async (name) => {
    expect(() => fullRef({ type: 'branch', name })).toThrow(
      expect.objectContaining({ code: 'GIT_REFUSED' }),
    );
    const repository = new TestRepository(path.join(folder, 'r'));
    if (name !== '@' && !name.startsWith('-')) {
      expect(() => repository.git('check-ref-format', `refs/heads/${name}`)).toThrow();
    }
    repository.commit('one');
    await expect(resolveCommit(await open('r'), `--output=${name}`)).rejects.toMatchObject({
      code: 'GIT_REFUSED',
    });
  });

  it.each(['main', 'feature/x', 'ü', 'v1.0', 'a@b', 'a-b'])('%j is taken', (name) => {
    expect(fullRef({ type: 'tag', name })).toBe(`refs/tags/${name}`);
  });

  it('may be followed by steps back where a commit is asked for', async () => {
    const repository = new TestRepository(path.join(folder, 'r'));
    const first = repository.commit('one');
    repository.commit('two');
    const opened = await open('r');
    expect(await resolveCommit(opened, 'main~1')).toBe(first);
    expect(await resolveCommit(opened, 'HEAD^')).toBe(first);
    expect(await resolveCommit(opened, first.slice(0, 10))).toBe(first);
    await expect(resolveCommit(opened, 'nobody')).rejects.toMatchObject({
      code: 'GIT_REF_NOT_FOUND',
    });
  });
});

/** Everything that a sync reads of a repository, by its path and through a mirror. */
async function readAll(repository: string, commits: readonly [string, string]): Promise<void> {
  for (const name of [repository, `file://${repository}`]) {
    const opened = await open(name);
    const files = await listFiles(opened, commits[1]);
    expect(files.map((file) => file.path)).toContain('pipelines/a.yaml');
    const blobs = files.map(({ blob }) => blob);
    const read = await readBlobs(opened, await blobSizes(opened, blobs));
    expect(read.size).toBe(new Set(blobs).size);
    await changedFiles(opened, ...commits);
    await commitInfo(opened, commits[1]);
  }
}

describe('what a repository holds', () => {
  it('does not run: hooks, filters, external diffs, monitors, signature checkers', async () => {
    const repository = new TestRepository(path.join(folder, 'r'));
    repository.write('.gitattributes', '* filter=evil diff=evil\n');
    repository.write('pipelines/a.yaml', pipelineText({ name: 'a' }));
    const first = repository.commit('one');
    repository.write('pipelines/data/d.csv', DATA);
    const second = repository.commit('two');
    const program = trap();
    for (const [key, value] of [
      ['filter.evil.smudge', program],
      ['filter.evil.clean', program],
      ['filter.evil.required', 'true'],
      ['diff.evil.command', program],
      ['diff.evil.textconv', program],
      ['diff.external', program],
      ['core.fsmonitor', program],
      ['core.hooksPath', folder],
      ['core.pager', program],
      ['core.sshCommand', program],
      ['core.alternateRefsCommand', program],
      ['uploadpack.packObjectsHook', program],
      ['gpg.program', program],
      ['log.showSignature', 'true'],
      ['credential.helper', `!${program}`],
    ] as const) {
      repository.git('config', key, value);
    }
    for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change']) {
      trap(hook);
      mkdirSync(path.join(folder, 'r/.git/hooks'), { recursive: true });
      symlinkSync(path.join(folder, hook), path.join(folder, 'r/.git/hooks', hook));
    }
    await readAll(repository.folder, [first, second]);
  });

  it('is not fetched by a command of its own where objects are missing', async () => {
    const full = new TestRepository(path.join(folder, 'full'));
    full.write('pipelines/a.yaml', pipelineText({ name: 'a' }));
    const commit = full.commit('one');
    full.git('config', 'uploadpack.allowFilter', 'true');
    const partial = path.join(folder, 'partial');
    full.git('clone', '--quiet', '--bare', '--filter=blob:none', `file://${full.folder}`, partial);
    full.git('-C', partial, 'config', 'remote.origin.uploadpack', trap());
    const opened = await open(partial);
    const [file] = await listFiles(opened, commit);
    const sizes = await blobSizes(opened, [file?.blob ?? '']).catch((error: unknown) => error);
    // Neither the blob nor the program that would bring it.
    expect(sizes instanceof Map ? sizes.size : sizes).not.toBe(1);
  });

  it('is no file where it is a submodule or a symbolic link', async () => {
    const inner = new TestRepository(path.join(folder, 'inner'));
    inner.write('x', '');
    const commit = inner.commit('one');
    const repository = new TestRepository(path.join(folder, 'r'));
    repository.write('pipelines/a.yaml', pipelineText({ name: 'a' }));
    symlinkSync('/etc/passwd', path.join(repository.folder, 'pipelines/link.yaml'));
    const modules = `[submodule "s"]\n\tpath = s\n\turl = ext::${trap()}\n`;
    repository.write('.gitmodules', modules);
    repository.git('update-index', '--add', '--cacheinfo', `160000,${commit},s`);
    const head = repository.commit('one');
    const files = await listFiles(await open(`file://${repository.folder}`), head);
    expect(files.map((file) => [file.path, file.isRegular])).toEqual([
      ['.gitmodules', true],
      ['pipelines/a.yaml', true],
      ['pipelines/link.yaml', false],
    ]);
  });

  it('keeps names in UTF-8 and with line breaks', async () => {
    const repository = new TestRepository(path.join(folder, 'r'));
    const names = ['pipelines/日本語 ü.yaml', 'pipelines/two\nlines.yaml', 'pipelines/"q"\t.yaml'];
    for (const name of names) repository.write(name, name);
    const head = repository.commit('Grüße\n\nnot this');
    const opened = await open('r');
    const files = await listFiles(opened, head);
    expect(files.map((file) => file.path).sort()).toEqual([...names].sort());
    const sizes = await blobSizes(
      opened,
      files.map(({ blob }) => blob),
    );
    const contents = await readBlobs(opened, sizes);
    for (const { path: name, blob } of files) expect(String(contents.get(blob))).toBe(name);
    expect(await commitInfo(opened, head)).toEqual({ author: 'Ann', subject: 'Grüße' });
    repository.remove(names[1] ?? '');
    const next = repository.commit('without');
    expect(await changedFiles(opened, head, next)).toEqual([names[1]]);
  });

  it('is refused where it is more than may be read', async () => {
    const repository = new TestRepository(path.join(folder, 'r'));
    repository.write('large', Buffer.alloc(100_000));
    const head = repository.commit('one');
    const { gitDir } = await open('r');
    await expect(
      git('cat-file', ['blob', `${head}:large`], { gitDir, maxBytes: 1000 }),
    ).rejects.toMatchObject({
      code: 'GIT_REFUSED',
    });
  });
});
