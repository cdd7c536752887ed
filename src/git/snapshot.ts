/** One look at a branch or tag of a repository, and at what is known of it. */
import { PipelineError } from '../errors.ts';
import { isPipelineFile, type PipelineSource } from './catalogue.ts';
import { blobSizes, commitInfo, listFiles, readBlobs, type CommitInfo } from './objects.ts';
import { changedFiles } from './objects.ts';
import type { Baseline } from './push-filter.ts';
import { fullRef, parseRef, type RefName } from './ref-name.ts';
import { readRegistrations, type Registration } from './registration.ts';
import { chooseRef, findCommit, hasCommit, openRepository, type Repository } from './repository.ts';
import { readSyncState, type SyncState } from './sync-state.ts';

export interface SyncOptions {
  /** A path or URL, see `parseAddress`. */
  readonly repository: string;
  /** `refs/heads/main` or `refs/tags/v1`. @default the branch that HEAD names */
  readonly ref?: string | undefined;
  readonly stateFolder: string;
  /** What a relative path is relative to. @default the process's */
  readonly cwd?: string | undefined;
  /** Take names that another repository has registered. @default false */
  readonly takeOver?: boolean | undefined;
}

export interface Snapshot {
  readonly repository: Repository;
  readonly ref: string;
  readonly source: PipelineSource;
  /** `null` where the ref was deleted. */
  readonly commit: string | null;
  readonly info: CommitInfo | null;
  readonly state: SyncState;
  /** All, also of other repositories and retired ones. */
  readonly registered: ReadonlyMap<string, Registration>;
}

/** @throws PipelineError `GIT_*`, among them `GIT_REF_NOT_FOUND` for a ref that never was synced */
export async function takeSnapshot(options: SyncOptions): Promise<Snapshot> {
  const { stateFolder } = options;
  const asked = options.ref === undefined ? undefined : requireRef(options.ref);
  const repository = await openRepository(options.repository, options);
  const chosen = chooseRef(repository, asked);
  const ref = fullRef(chosen);
  const commit = await findCommit(repository, chosen);
  const state = await readSyncState(stateFolder, repository.name);
  if (commit === null && !Object.hasOwn(state.refs, ref)) throw noSuchRef(repository, chosen);
  return {
    repository,
    ref,
    commit,
    source: await sourceOf(repository, ref, commit),
    info: commit === null ? null : await commitInfo(repository, commit),
    state,
    registered: await readRegistrations(stateFolder),
  };
}

function requireRef(full: string): RefName {
  const ref = parseRef(full);
  if (ref) return ref;
  const message = `${JSON.stringify(full.slice(0, 200))} is no branch or tag`;
  throw new PipelineError('GIT_REFUSED', message, {
    remedy: 'name it refs/heads/… or refs/tags/…',
  });
}

function noSuchRef({ name }: Repository, ref: RefName): PipelineError {
  return new PipelineError('GIT_REF_NOT_FOUND', `${name} has no ${ref.type} "${ref.name}"`, {
    remedy: 'push it first, or name another one',
  });
}

/** A commit as a set of files; none where the ref is gone. */
export async function sourceOf(
  repository: Repository,
  ref: string | null,
  commit: string | null,
): Promise<PipelineSource> {
  const files = commit === null ? [] : await listFiles(repository, commit);
  return {
    repository: repository.name,
    ref,
    commit,
    files: files.map((file) => ({ ...file, isPipeline: isPipelineFile(file.path) })),
    sizes: (blobs) => blobSizes(repository, blobs),
    read: (sizes) => readBlobs(repository, sizes),
  };
}

/**
 * Which refs give their pipelines up to this one: all of them to the default branch, and to any
 * other those that are gone. So a feature branch never replaces what the main branch registered.
 */
export async function yieldingRefs({
  repository,
  ref,
  registered,
}: Snapshot): Promise<(ref: string | null) => boolean> {
  const { defaultBranch } = repository;
  if (defaultBranch && fullRef(defaultBranch) === ref) return () => true;
  const refs = [...registered.values()]
    .filter((one) => one.repository === repository.name)
    .map((one) => one.ref);
  const gone = new Set<string>();
  for (const other of new Set(refs)) {
    const name = other === null ? null : parseRef(other);
    if (other !== null && name && (await findCommit(repository, name)) === null) gone.add(other);
  }
  return (other) => other === null || gone.has(other);
}

/** What the ref's last sync saw; of a new branch, what is registered from the others. */
export function baselineOf(snapshot: Snapshot): Baseline {
  const { state, ref, commit, repository, registered, source } = snapshot;
  const last = state.refs[ref];
  const registeredPlan = (name: string) => {
    const one = registered.get(name);
    const isOther = one?.repository === repository.name && one.ref !== ref && !one.retiredAt;
    return isOther ? one.planDigest : undefined;
  };
  return {
    moved: last?.commit !== commit,
    planOf: (name) => (last ? last.plans[name] : registeredPlan(name)),
    changedFiles: async () => {
      const { defaultBranch } = repository;
      const from = last?.commit ?? (defaultBranch && state.refs[fullRef(defaultBranch)]?.commit);
      // History that was rewritten may have lost it: then everything counts as changed.
      if (from && commit && (await hasCommit(repository, from))) {
        return changedFiles(repository, from, commit);
      }
      return source.files.map((file) => file.path);
    },
  };
}
