/** One repository, on this machine or mirrored from elsewhere: its refs and where its objects are. */
import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { safeName } from '../artifacts/state-folder.ts';
import { PipelineError } from '../errors.ts';
import { git, type GitOptions } from './git-command.ts';
import { fullRef, parseRef, type RefName } from './ref-name.ts';
import { parseAddress, type RepositoryAddress } from './repository-address.ts';

export interface Repository {
  /** As people see it; without credentials. */
  readonly name: string;
  /** Absolute; of the repository itself or of its mirror. */
  readonly gitDir: string;
  /** The branch that HEAD names; `null` for a detached HEAD. */
  readonly defaultBranch: RefName | null;
}

type Url = Extract<RepositoryAddress, { type: 'url' }>;

export interface OpenOptions {
  /** Mirrors lie in `git/` there. */
  readonly stateFolder: string;
  /** @default the process's */
  readonly cwd?: string | undefined;
}

const FETCH_TIMEOUT_MS = 10 * 60_000;
const ASK_TIMEOUT_MS = 30_000;
const MIRRORED = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];

/**
 * Opens a repository, and brings the mirror of one that is elsewhere up to date.
 *
 * @param given  as `parseAddress` reads it.
 * @throws PipelineError `GIT_REFUSED`, `GIT_UNREACHABLE`, `GIT_EMPTY` where there is no branch and
 * no tag, `GIT_FAILED`.
 */
export async function openRepository(given: string, options: OpenOptions): Promise<Repository> {
  const address = parseAddress(given, options.cwd ?? process.cwd());
  const gitDir =
    address.type === 'folder'
      ? await findGitDir(address.folder)
      : await mirror(address, options.stateFolder);
  const name = address.type === 'folder' ? await folderName(gitDir) : address.name;
  const any = await git('for-each-ref', ['--count=1', '--format=%(refname)'], { gitDir });
  if (any.length === 0) {
    throw new PipelineError('GIT_EMPTY', `${name}: the repository has no commit yet`, {
      remedy: 'push a first commit with a pipeline in pipelines/',
    });
  }
  return { name, gitDir, defaultBranch: await headBranch(gitDir) };
}

/** Discovery also makes git check who owns the folder, which a given `--git-dir` does not. */
async function findGitDir(folder: string): Promise<string> {
  if (!existsSync(folder)) {
    throw new PipelineError('GIT_UNREACHABLE', `there is no folder ${folder}`, {
      remedy: 'name the folder of a repository, or its URL',
    });
  }
  const text = await ask('rev-parse', ['--absolute-git-dir'], {
    cwd: folder,
    code: 'GIT_UNREACHABLE',
    subject: folder,
  });
  return text.trimEnd();
}

async function ask(
  subcommand: Parameters<typeof git>[0],
  args: readonly string[],
  options: GitOptions,
): Promise<string> {
  return (await git(subcommand, args, options)).toString('utf8');
}

/** A bare copy of every branch and tag. */
async function mirror(address: Url, stateFolder: string): Promise<string> {
  const { url, protocol, name } = address;
  const gitDir = path.join(path.resolve(stateFolder), 'git', `${safeName(name)}.git`);
  await mkdir(gitDir, { recursive: true });
  // Harmless where it is a repository already, and mends one whose making was cut off.
  await git('init', ['--bare', '--quiet', '--template=', gitDir], { cwd: gitDir });
  const remote = { gitDir, protocol, code: 'GIT_UNREACHABLE', subject: name } as const;
  const options = ['--quiet', '--prune', '--force', '--no-tags', '--no-recurse-submodules'];
  await git('fetch', [...options, '--no-write-fetch-head', '--', url, ...MIRRORED], {
    ...remote,
    timeoutMs: FETCH_TIMEOUT_MS,
  });
  const heads = await ask('ls-remote', ['--symref', '--', url, 'HEAD'], {
    ...remote,
    timeoutMs: ASK_TIMEOUT_MS,
  });
  const [, head] = /^ref: (refs\/heads\/\S+)\tHEAD$/m.exec(heads) ?? [];
  const branch = head === undefined ? null : parseRef(head);
  if (branch) await git('symbolic-ref', ['HEAD', fullRef(branch)], { gitDir });
  return gitDir;
}

async function headBranch(gitDir: string): Promise<RefName | null> {
  const head = await orNull(ask('symbolic-ref', ['--quiet', 'HEAD'], { gitDir }));
  return head === null ? null : parseRef(head.trimEnd());
}

/** Exit status 1 is git's plain no. */
async function orNull<Value>(answer: Promise<Value>): Promise<Value | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PipelineError && error.details?.['exitCode'] === 1) return null;
    throw error;
  }
}

/**
 * Where a repository on this machine has its hooks.
 *
 * @throws PipelineError `GIT_REFUSED` for a URL, and where `core.hooksPath` is set: that folder may
 * serve other repositories too.
 */
export async function findHooksFolder(
  given: string,
  cwd: string,
): Promise<{ readonly gitDir: string; readonly hooks: string }> {
  const address = parseAddress(given, cwd);
  if (address.type === 'url') {
    throw new PipelineError('GIT_REFUSED', `${address.name} is not a folder of this machine`, {
      remedy: 'install the hook where the repository is, or use `modelwright webhook`',
    });
  }
  const gitDir = await findGitDir(address.folder);
  for (const scope of ['--local', '--global']) {
    const setting = ask('config', [scope, '--get', 'core.hooksPath'], { gitDir });
    if ((await orNull(setting)) === null) continue;
    const message = `${address.folder} keeps its hooks elsewhere (core.hooksPath)`;
    throw new PipelineError('GIT_REFUSED', message, {
      remedy: 'call `modelwright sync` in a post-receive hook of your own there',
    });
  }
  return { gitDir, hooks: path.join(await commonDir(gitDir), 'hooks') };
}

/** What the work trees of one repository share. */
async function commonDir(gitDir: string): Promise<string> {
  return path.resolve(gitDir, (await ask('rev-parse', ['--git-common-dir'], { gitDir })).trimEnd());
}

/** One name whichever way a person or a hook names the folder: `/r`, `/r/` and `/r/.git` are one. */
async function folderName(gitDir: string): Promise<string> {
  const common = await realpath(await commonDir(gitDir));
  return path.basename(common) === '.git' ? path.dirname(common) : common;
}

/** The ref to look at: the one asked for, or the default branch. @throws `GIT_REF_NOT_FOUND` */
export function chooseRef(repository: Repository, asked: RefName | undefined): RefName {
  const ref = asked ?? repository.defaultBranch;
  if (ref) return ref;
  const message = `${repository.name}: HEAD is detached and names no branch`;
  throw new PipelineError('GIT_REF_NOT_FOUND', message, { remedy: 'name one with --branch' });
}

/** The commit of a branch or tag; `null` where there is no such ref. @throws `GIT_REFUSED` */
export async function findCommit({ gitDir }: Repository, ref: RefName): Promise<string | null> {
  return revision(gitDir, `${fullRef(ref)}^{commit}`);
}

async function revision(gitDir: string, name: string): Promise<string | null> {
  const args = ['--verify', '--quiet', '--end-of-options', name];
  return (await orNull(ask('rev-parse', args, { gitDir })))?.trim() ?? null;
}

/** Whether a commit is still there: history that was rewritten loses it some time. */
export async function hasCommit({ gitDir }: Repository, commit: string): Promise<boolean> {
  return (await revision(gitDir, `${commit}^{commit}`)) !== null;
}

/**
 * The commit that a person names by a branch, a tag, `HEAD` or (part of) its id.
 *
 * @throws PipelineError `GIT_REFUSED`, `GIT_REF_NOT_FOUND`
 */
export async function resolveCommit(repository: Repository, named: string): Promise<string> {
  // `HEAD~2`, `v1^` and the like: any suffix of steps after a name that is checked as one.
  const [, base = '', steps = ''] = /^(.*?)([~^][~^0-9]*)?$/s.exec(named) ?? [];
  fullRef({ type: 'branch', name: base });
  const commit = await revision(repository.gitDir, `${base}${steps}^{commit}`);
  if (commit) return commit;
  throw new PipelineError('GIT_REF_NOT_FOUND', `${repository.name} has no "${named}"`, {
    remedy: 'name a branch, a tag or a commit of it',
  });
}

/** Where two commits parted; `null` where they have no common history. */
export async function mergeBase(
  { gitDir }: Repository,
  one: string,
  other: string,
): Promise<string | null> {
  return (await orNull(ask('merge-base', [one, other], { gitDir })))?.trim() ?? null;
}

/**
 * A text that changes whenever the ref is moved: cheap to ask for again and again.
 *
 * @throws PipelineError `GIT_REFUSED`, `GIT_UNREACHABLE`
 */
export async function refState(
  given: string,
  ref: RefName | undefined,
  cwd?: string,
): Promise<string> {
  const address = parseAddress(given, cwd ?? process.cwd());
  const name = ref ? fullRef(ref) : 'HEAD';
  if (address.type === 'url') {
    const { url, protocol } = address;
    const remote = { protocol, code: 'GIT_UNREACHABLE', subject: address.name } as const;
    return ask('ls-remote', ['--', url, name], { ...remote, timeoutMs: ASK_TIMEOUT_MS });
  }
  return (await revision(await findGitDir(address.folder), name)) ?? '';
}
