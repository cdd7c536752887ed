/** Where the set-up puts what it builds: by version, in the user's cache, shared by every clone. */
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

export const CACHE =
  process.env.MODELWRIGHT_CACHE ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'modelwright');

export const TEMPORAL_VERSION = '1.5.1';
export const TENSORFLOW_VERSION = '2.21.0';

const EXE = process.platform === 'win32' ? '.exe' : '';
export const TEMPORAL_BINARY = path.join(CACHE, 'temporal', TEMPORAL_VERSION, `temporal${EXE}`);
export const TENSORFLOW_FOLDER = path.join(CACHE, 'tensorflow', TENSORFLOW_VERSION);
