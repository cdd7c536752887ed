/**
 * The `post-receive` hook of a repository: syncs each pushed ref and tells the pusher what is
 * broken.
 *
 * A hook that was there is kept beside it and goes on running first; removing puts it back.
 */
import { chmod, readFile, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../artifacts/atomic-file.ts';
import { errnoOf } from '../artifacts/file-system.ts';
import { PipelineError } from '../errors.ts';
import { findHooksFolder } from './repository.ts';

export interface HookOptions {
  /** A path: hooks are for whoever has the repository on this machine. */
  readonly repository: string;
  readonly cwd: string;
}

export interface InstallOptions extends HookOptions {
  /** Absolute; the folder that has `.modelwright`. */
  readonly project: string;
  /** The program and its first arguments, such as node and bin/modelwright.js; absolute. */
  readonly command: readonly string[];
}

export interface HookChange {
  readonly file: string;
  /** Whether there is another hook, which is or was kept. */
  readonly kept: boolean;
  readonly change: 'installed' | 'updated' | 'as before' | 'removed' | 'not installed';
}

const MARK = '# modelwright post-receive';

/**
 * Writes the hook. Doing it again changes nothing, or its paths if they are others now.
 *
 * @throws PipelineError `GIT_REFUSED` where the repository is not on this machine, keeps its hooks
 * elsewhere, or has two hooks already, of which only one could be kept.
 */
export async function installHook(options: InstallOptions): Promise<HookChange> {
  const { gitDir, file, aside } = await placesOf(options);
  const found = await readOrNull(file);
  const isOurs = found?.split('\n')[1]?.startsWith(MARK) ?? false;
  if (found !== null && !isOurs) {
    if ((await readOrNull(aside)) !== null) {
      throw new PipelineError('GIT_REFUSED', `there is a hook ${file} and a kept one ${aside}`, {
        remedy: 'make one of the two, or call `modelwright sync` in it yourself',
      });
    }
    await rename(file, aside);
  }
  const text = hookScript(options, gitDir, aside);
  const kept = (await readOrNull(aside)) !== null;
  if (text === found) return { file, kept, change: 'as before' };
  await writeFileAtomic(file, Buffer.from(text));
  await chmod(file, 0o755);
  return { file, kept, change: isOurs ? 'updated' : 'installed' };
}

/** Takes the hook away, and puts the one back that was there before. Another hook is left alone. */
export async function removeHook(options: HookOptions): Promise<HookChange> {
  const { file, aside } = await placesOf(options);
  const found = await readOrNull(file);
  const kept = (await readOrNull(aside)) !== null;
  const isOurs = found?.split('\n')[1]?.startsWith(MARK) ?? false;
  if (!isOurs) return { file, kept: false, change: 'not installed' };
  if (kept) await rename(aside, file);
  else await unlink(file);
  return { file, kept, change: 'removed' };
}

async function placesOf({ repository, cwd }: HookOptions) {
  const { gitDir, hooks } = await findHooksFolder(repository, cwd);
  const file = path.join(hooks, 'post-receive');
  return { gitDir, file, aside: `${file}.before-modelwright` };
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** A text as one word of sh, whatever is in it. */
const word = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The sync is a process of its own that outlives the hook: a pusher who hangs up must not cut it
 * off. Its output goes to a file that is shown once it has ended. git's own variables name this
 * repository and must not reach it. The push itself is never failed: it has happened.
 */
function hookScript(
  { project, command }: InstallOptions,
  repository: string,
  aside: string,
): string {
  const sync = [...command, '--project', project, 'sync', repository].map(word).join(' ');
  return `#!/bin/sh
${MARK}: written by \`modelwright hooks install\`; \`modelwright hooks remove\` takes it away.
# A pusher who hangs up must not end it.
trap '' HUP
updates=$(cat)
before=${word(aside)}
status=0
if [ -x "$before" ]; then
  printf '%s\\n' "$updates" | "$before" "$@" || status=$?
fi
unset $(git rev-parse --local-env-vars) GIT_QUARANTINE_PATH
log=$(mktemp) || exit "$status"
trap 'rm -f "$log"' EXIT
printf '%s\\n' "$updates" | while read -r _old _new ref; do
  case $ref in
    refs/heads/*) option="--branch=\${ref#refs/heads/}" ;;
    refs/tags/*) option="--tag=\${ref#refs/tags/}" ;;
    *) continue ;;
  esac
  nohup ${sync} "$option" >"$log" 2>&1 </dev/null &
  wait "$!" || true
  sed 's/^/modelwright: /' "$log"
done
exit "$status"
`;
}
