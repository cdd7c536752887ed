/** Finds the program that a `command` step names, if the config allows it. */
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../errors.ts';
import { matchesGlob } from '../../glob.ts';

export interface Machine {
  /** Absolute. */
  readonly project: string;
  /** `commands` of the config. */
  readonly allowed: readonly string[];
  /** Folders, separated as in the environment. */
  readonly searchPath: string;
}

/**
 * A name without a slash is looked up in PATH; a path is one of the project (`./…`), or absolute.
 *
 * @returns the absolute path of an executable file.
 * @throws PipelineError `COMMAND_NOT_ALLOWED`; `COMMAND_NOT_FOUND`
 */
export async function findProgram(named: string, machine: Machine): Promise<string> {
  if (!machine.allowed.some((entry) => allows(entry, named))) throw notAllowed(named, machine);
  const found = named.includes('/')
    ? await findPath(named, machine)
    : await findInPath(named, machine.searchPath);
  if (found !== null) return found;
  throw new PipelineError('COMMAND_NOT_FOUND', `there is no program ${shown(named)} here`, {
    remedy: named.includes('/')
      ? 'is the file there, and executable (chmod +x)?'
      : 'install it where the worker runs, or set the PATH of the worker',
  });
}

/** A glob may stand for files of the project alone, never for names or for a way out of it. */
function allows(entry: string, named: string): boolean {
  if (!named.startsWith('./')) return entry === named;
  const parts = named.slice(2).split('/');
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..');
  return isPlain && entry.startsWith('./') && matchesGlob(entry, named);
}

async function findPath(named: string, { project }: Machine): Promise<string | null> {
  if (path.isAbsolute(named)) return (await isProgram(named)) ? named : null;
  const root = await realpath(project);
  const real = await realpath(path.join(root, named)).catch(() => null);
  if (real === null || !(await isProgram(real))) return null;
  if (real.startsWith(root + path.sep)) return real;
  throw new PipelineError('COMMAND_NOT_ALLOWED', `${shown(named)} leads out of the project`, {
    remedy: 'name a file that lies in the project, or allow it by its absolute path',
  });
}

async function findInPath(name: string, searchPath: string): Promise<string | null> {
  // A relative folder would depend on where the step runs.
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const folder of folders) {
    const file = path.join(folder, name);
    if (await isProgram(file)) return file;
  }
  return null;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function notAllowed(named: string, { allowed }: Machine): PipelineError {
  const list = allowed.length === 0 ? 'none is' : `${allowed.join(', ')} are`;
  return new PipelineError(
    'COMMAND_NOT_ALLOWED',
    `${shown(named)} may not be run: ${list} allowed`,
    {
      remedy: `add ${shown(named)} to \`commands\` of modelwright.json where the worker runs, and start the worker again`,
    },
  );
}

const shown = (text: string) => JSON.stringify(text.slice(0, 200));
