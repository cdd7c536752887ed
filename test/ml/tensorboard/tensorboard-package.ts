/** The real TensorBoard, installed once into the user's cache as the set-up does with TensorFlow. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

const PATHS = new URL('../../../setup/paths.mjs', import.meta.url).href;
const { CACHE } = (await import(PATHS)) as { readonly CACHE: string };
const VERSION = '2.21.0';
const READER = path.join(import.meta.dirname, 'read_events.py');

function python(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync('python3', args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * @returns a folder for PYTHONPATH.
 * @throws Error that says what is missing.
 */
function installed(): string {
  let version: string;
  try {
    const ask = 'import sys, pip; print("%d.%d" % sys.version_info[:2])';
    version = python(['-c', ask]).trim();
  } catch (cause) {
    throw new Error(
      'this test reads event files with the real TensorBoard: it needs python3 with pip on the PATH',
      { cause },
    );
  }
  const folder = path.join(CACHE, 'tensorboard', `${VERSION}-python${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(path.dirname(folder), { recursive: true });
  const fresh = mkdtempSync(`${folder}-`);
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    python([...pip, '--target', fresh, `tensorboard==${VERSION}`]);
    renameSync(fresh, folder);
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true });
    // Another process may have been faster.
    if (existsSync(folder)) return folder;
    throw new Error(`TensorBoard ${VERSION} cannot be installed by pip`, { cause });
  }
  return folder;
}

export interface ReadEvents {
  /** As notebooks read them. */
  readonly notebook: {
    readonly scalars: Readonly<
      Record<string, readonly (readonly [wallTime: number, step: number, value: number])[]>
    >;
    readonly histograms: Readonly<
      Record<
        string,
        readonly {
          readonly step: number;
          readonly min: number;
          readonly max: number;
          readonly num: number;
          readonly sum: number;
          readonly limits: readonly number[];
          readonly counts: readonly number[];
        }[]
      >
    >;
    readonly images: Readonly<
      Record<
        string,
        readonly {
          readonly step: number;
          readonly width: number;
          readonly height: number;
          /** The first eight bytes, hex. */
          readonly png: string;
          /** Width and height as the picture itself says. */
          readonly size: readonly number[];
        }[]
      >
    >;
  };
  /** As the web server reads them. */
  readonly server: {
    readonly plugins: Readonly<Record<string, readonly string[]>>;
    readonly texts: Readonly<Record<string, string>>;
    readonly nodes: readonly {
      readonly name: string;
      readonly op: string;
      readonly inputs: readonly string[];
      readonly shape: readonly number[];
    }[];
  };
}

/** @param folder  with event files. */
export function readWithTensorboard(folder: string): ReadEvents {
  return JSON.parse(python([READER, folder], { PYTHONPATH: installed() })) as ReadEvents;
}
