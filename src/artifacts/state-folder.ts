/** Where things lie in the state folder (`.modelwright` in the project by default). */
import path from 'node:path';
import { sha256Hex } from './artifact-uri.ts';

export const STATE_FOLDER = '.modelwright';

export function artifactsFolder(stateFolder: string): string {
  return path.join(stateFolder, 'artifacts');
}

export function modelsFolder(stateFolder: string): string {
  return path.join(stateFolder, 'models');
}

/** Kept results of steps; see activities/cache/cache-folder.ts. */
export function cacheFolder(stateFolder: string): string {
  return path.join(stateFolder, 'cache');
}

/** JSON lines; see run-log.ts. */
export function runLogFile(stateFolder: string, runId: string): string {
  return path.join(stateFolder, 'runs', safeName(runId), 'log.jsonl');
}

/** Checkpoints and the like of one step of one run. */
export function scratchFolder(stateFolder: string, runId: string, stepId: string): string {
  return path.join(runScratchFolder(stateFolder, runId), safeName(stepId));
}

/** Everything that a run needs only until it has ended. */
export function runScratchFolder(stateFolder: string, runId: string): string {
  return path.join(stateFolder, 'scratch', safeName(runId));
}

/**
 * What one check for drift needs while it compares.
 *
 * @param check  id of its workflow.
 */
export function driftScratchFolder(stateFolder: string, check: string): string {
  // No run's folder: none is named with a dot in front.
  return path.join(stateFolder, 'scratch', '.drift', safeName(check));
}

/**
 * A file name for any id: never a path, never hidden, different for different ids, and the id
 * itself if that is harmless.
 */
export function safeName(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/.test(id) && !id.includes('..')) return id;
  const readable = id.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 60);
  return `${readable}~${sha256Hex(id).slice(0, 32)}`;
}
