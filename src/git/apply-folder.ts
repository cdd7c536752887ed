/** Registers the pipelines of a folder without git. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../artifacts/file-system.ts';
import { PipelineError } from '../errors.ts';
import { isTestFile } from '../pipeline-test-name.ts';
import { readCatalogue, type PipelineSource, type SourceFile } from './catalogue.ts';
import { compareWithRegistered } from './compare.ts';
import { forecastSchedules, register, type UseClient } from './register.ts';
import { readRegistrations } from './registration.ts';
import { withSyncLock } from './sync-lock.ts';
import { reportedBroken, reportedChange, type SyncReport } from './sync-report.ts';

export interface ApplyOptions {
  /** Absolute. Its `pipelines` folder if it has one, else all of it. */
  readonly folder: string;
  readonly stateFolder: string;
  /** Say what would change, and change nothing. @default false */
  readonly dryRun?: boolean | undefined;
  /** Called only where there are schedules, or were. */
  readonly useClient: UseClient;
  /** @see SyncOptions */
  readonly takeOver?: boolean | undefined;
}

/**
 * Registers what is good, reports what is broken, retires what is gone; runs nothing.
 *
 * @throws PipelineError `SPEC_NOT_FOUND` where there is no such folder, `SPEC_LIMIT` for one with
 * more than 10,000 pipeline files.
 */
export async function applyFolder(options: ApplyOptions): Promise<SyncReport> {
  if (options.dryRun) return apply(options);
  return withSyncLock(options.stateFolder, () => apply(options));
}

async function apply(options: ApplyOptions): Promise<SyncReport> {
  const { folder, stateFolder, dryRun = false, takeOver = false } = options;
  const source = await folderSource(folder);
  const catalogue = await readCatalogue(source, {});
  const registered = await readRegistrations(stateFolder);
  const yields = () => true;
  const comparison = compareWithRegistered({ source, catalogue, registered, yields, takeOver });
  const { useClient } = options;
  const schedules = dryRun
    ? await forecastSchedules({ source, comparison })
    : await register({ stateFolder, source, comparison, registered, useClient });
  return {
    repository: folder,
    ref: null,
    commit: null,
    previousCommit: null,
    author: null,
    subject: null,
    registered: comparison.registering.map(reportedChange),
    unchanged: comparison.unchanged.length,
    elsewhere: [],
    retired: comparison.retiring.map(({ name }) => name),
    broken: reportedBroken(comparison.broken),
    runs: [],
    schedules,
    finishedAt: new Date().toISOString(),
  };
}

const MOST_FILES = 10_000;

/** Data files are not taken: without a commit, runs read them from the project as it then is. */
async function folderSource(folder: string): Promise<PipelineSource> {
  const top = (await isFolder(path.join(folder, 'pipelines'))) ? 'pipelines' : '';
  const names = await listPipelines(folder, top);
  const contents = new Map<string, Buffer>();
  const files: SourceFile[] = [];
  for (const { name, isRegular } of names) {
    const bytes = isRegular ? await readFile(path.join(folder, name)) : Buffer.alloc(0);
    const blob = createHash('sha256').update(bytes).digest('hex');
    contents.set(blob, bytes);
    files.push({ path: name, blob, isRegular, isPipeline: true });
  }
  const sizeOf = (blob: string) => contents.get(blob)?.length ?? 0;
  return {
    repository: folder,
    ref: null,
    commit: null,
    files,
    sizes: (blobs) => Promise.resolve(new Map(blobs.map((blob) => [blob, sizeOf(blob)]))),
    read: () => Promise.resolve(contents),
  };
}

async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function listPipelines(folder: string, top: string) {
  if (!(await isFolder(folder))) {
    throw new PipelineError('SPEC_NOT_FOUND', `there is no folder ${folder}`);
  }
  const found: { readonly name: string; readonly isRegular: boolean }[] = [];
  const visit = async (below: string): Promise<void> => {
    const entries = await readdir(path.join(folder, below), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      const isHidden = entry.name.startsWith('.') || entry.name === 'node_modules';
      if (entry.isDirectory() && !isHidden) await visit(name);
      else if (/\.ya?ml$/.test(entry.name) && !isTestFile(entry.name))
        found.push({ name, isRegular: entry.isFile() });
      if (found.length > MOST_FILES) {
        throw new PipelineError('SPEC_LIMIT', `${folder} has over ${MOST_FILES} pipeline files`);
      }
    }
  };
  await visit(top);
  return found;
}
