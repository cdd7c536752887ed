/** What a sync did, as people, scripts and the records under `.modelwright/git/syncs` read it. */
import { randomBytes } from 'node:crypto';
import { readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { safeName } from '../artifacts/state-folder.ts';
import type { ErrorCode, PipelineError, SourceLocation } from '../errors.ts';
import type { ScheduleChange } from '../schedule/reconcile-schedules.ts';
import type { BrokenPipeline } from './catalogue.ts';
import type { Registering } from './compare.ts';
import { writeJsonFile } from './json-file.ts';

export interface ReportedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy?: string | undefined;
  /** Its file is `<commit>:<path>`. */
  readonly location?: SourceLocation | undefined;
}

export interface RegisteredChange {
  readonly name: string;
  readonly change: Registering['change'];
  readonly file: string;
  /** Where it was before, if elsewhere. */
  readonly from?: string | undefined;
  readonly planDigest: string | null;
}

export interface SyncReport {
  readonly repository: string;
  /** `refs/heads/main`; `null` for a folder without git. */
  readonly ref: string | null;
  /** `null` for a folder, and where the ref was deleted. */
  readonly commit: string | null;
  readonly previousCommit: string | null;
  readonly author: string | null;
  readonly subject: string | null;
  readonly registered: readonly RegisteredChange[];
  readonly unchanged: number;
  /** Good, and registered from another branch, which keeps them. */
  readonly elsewhere: readonly string[];
  readonly retired: readonly string[];
  readonly broken: readonly {
    readonly file: string;
    readonly name: string | null;
    readonly errors: readonly ReportedError[];
  }[];
  /** `fresh: false`: it had been started before. */
  readonly runs: readonly {
    readonly pipeline: string;
    readonly id: string;
    readonly fresh: boolean;
  }[];
  /** Those that changed. */
  readonly schedules: readonly ScheduleChange[];
  readonly finishedAt: string;
}

export const asReported = ({ code, message, remedy, location }: PipelineError): ReportedError => ({
  code,
  message,
  remedy,
  location,
});

export const reportedBroken = (broken: readonly BrokenPipeline[]): SyncReport['broken'] =>
  broken.map(({ file, name, errors }) => ({ file, name, errors: errors.map(asReported) }));

export const reportedChange = ({ pipeline, before, change }: Registering): RegisteredChange => ({
  name: pipeline.name,
  change,
  file: pipeline.file,
  ...(before && before.file !== pipeline.file ? { from: before.file } : {}),
  planDigest: pipeline.planDigest,
});

/** A sync that could not be done at all. */
export interface FailedSync {
  readonly repository: string;
  readonly ref: string | null;
  readonly error: ReportedError;
  readonly finishedAt: string;
}

const MOST_RECORDS = 1_000;

/** Writes the record of a sync; the newest thousand are kept. @returns its file */
export async function writeSyncRecord(
  stateFolder: string,
  report: SyncReport | FailedSync,
): Promise<string> {
  const folder = path.join(stateFolder, 'git', 'syncs');
  const time = report.finishedAt.replaceAll(/[-:.]/g, '');
  const what = safeName(path.basename(report.repository) || 'repository');
  const name = `${time}-${what}-${randomBytes(3).toString('hex')}.json`;
  await writeJsonFile(path.join(folder, name), report);
  // The names begin with their time.
  const names = (await readdir(folder)).filter((one) => one.endsWith('.json')).sort();
  for (const old of names.slice(0, Math.max(0, names.length - MOST_RECORDS))) {
    await unlink(path.join(folder, old));
  }
  return path.join(folder, name);
}
