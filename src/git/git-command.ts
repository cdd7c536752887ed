/**
 * Runs git, and nothing that a repository or its owner could make it run.
 *
 * Only subcommands that read objects or fetch them into a bare mirror are allowed; there is never
 * a work tree, so no filter, no submodule and no checkout hook has a place to run. The environment
 * is built from a short list, since a hook's `GIT_DIR` would turn the command to another
 * repository.
 */
import { execFile } from 'node:child_process';
import { PipelineError, type ErrorCode } from '../errors.ts';

/** What git is used for; `init` only with an empty template. */
type Subcommand =
  | 'cat-file'
  | 'config'
  | 'diff-tree'
  | 'fetch'
  | 'for-each-ref'
  | 'init'
  | 'ls-remote'
  | 'ls-tree'
  | 'merge-base'
  | 'rev-parse'
  | 'symbolic-ref';

/** How bytes come from another repository. */
export type Protocol = 'file' | 'http' | 'https' | 'ssh';

export interface GitOptions {
  readonly gitDir?: string;
  readonly cwd?: string;
  readonly input?: string;
  /** The one protocol that may be spoken. @default none */
  readonly protocol?: Protocol;
  /** @default 60_000 */
  readonly timeoutMs?: number;
  /** Of the output. @default 256 MiB */
  readonly maxBytes?: number;
  /** The code where git itself says no. @default 'GIT_FAILED' */
  readonly code?: ErrorCode;
  /** How messages name what git was asked about, instead of with git's own words alone. */
  readonly subject?: string;
}

const MINUTE = 60_000;
const MIB = 2 ** 20;

const INHERITED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'SSH_AUTH_SOCK',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
  'SYSTEMROOT',
];

function environment(protocol: Protocol | undefined): NodeJS.ProcessEnv {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(inherited),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    // Overrides `protocol.*.allow` of every configuration file.
    GIT_ALLOW_PROTOCOL: protocol ?? 'none',
    // A partial clone would fetch what it lacks with a command out of its own configuration.
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    // Nobody is there to answer.
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_SSH_COMMAND: process.env['GIT_SSH_COMMAND'] ?? 'ssh -o BatchMode=yes',
    ...(protocol === 'http' ? { no_proxy: '*', NO_PROXY: '*' } : {}),
  };
}

const settings = (protocol: Protocol | undefined): readonly string[] =>
  [
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'protocol.ext.allow=never',
    `protocol.file.allow=${protocol === 'file' ? 'always' : 'never'}`,
    'submodule.recurse=false',
    'fetch.recurseSubmodules=false',
    'gc.autoDetach=false',
    // Only loopback is spoken to in the clear, and it may not send elsewhere.
    ...(protocol === 'http' ? ['http.followRedirects=false'] : []),
  ].flatMap((setting) => ['-c', setting]);

/**
 * Runs one git command to its end.
 *
 * @param args  after the subcommand; what comes from outside was validated by the caller.
 * @returns its output.
 * @throws PipelineError `options.code` where git fails, with `details.exitCode`;
 * `GIT_UNAVAILABLE` where there is no git; `GIT_REFUSED` for more output than allowed.
 */
export function git(
  subcommand: Subcommand,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  const { gitDir, cwd, protocol } = options;
  const where = gitDir === undefined ? [] : [`--git-dir=${gitDir}`];
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...settings(protocol), ...where, subcommand, ...args],
      {
        cwd: cwd ?? gitDir,
        env: { ...environment(protocol), ...(cwd ? ceiling(cwd) : {}) },
        encoding: 'buffer',
        timeout: options.timeoutMs ?? MINUTE,
        maxBuffer: options.maxBytes ?? 256 * MIB,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(failure(subcommand, error, String(stderr), options));
      },
    );
    // git may end before it has read everything; its exit status then says why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** The repository must be the folder itself, not one that the folder lies in. */
const ceiling = (cwd: string) => ({ GIT_CEILING_DIRECTORIES: `${cwd}/..` });

type ExecFailure = Error & { readonly code?: unknown; readonly killed?: boolean };

function failure(
  subcommand: Subcommand,
  error: ExecFailure,
  stderr: string,
  options: GitOptions,
): PipelineError {
  const about = options.subject ?? `git ${subcommand}`;
  const details = { exitCode: typeof error.code === 'number' ? error.code : null };
  if (error.code === 'ENOENT' && error.message.includes('spawn git')) {
    const remedy = 'install git and put it on PATH';
    return new PipelineError('GIT_UNAVAILABLE', 'git was not found', { remedy, cause: error });
  }
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    const limit = options.maxBytes ?? 256 * MIB;
    return new PipelineError('GIT_REFUSED', `${about}: git ${subcommand} gave over ${limit} bytes`);
  }
  const code = options.code ?? 'GIT_FAILED';
  if (error.killed) {
    const seconds = (options.timeoutMs ?? MINUTE) / 1000;
    return new PipelineError(code, `${about}: no answer within ${seconds} s`, { details });
  }
  const why = withoutCredentials(stderr).trim().slice(0, 1000) || error.message;
  return new PipelineError(code, `${about}: ${why}`, { details });
}

/** `https://user:token@host` → `https://host`, anywhere in a text. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/gi, '$1');
}
