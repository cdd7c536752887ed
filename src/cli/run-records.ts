/**
 * The last status and the plan of ended runs, kept beside the artifacts: what a run left can be
 * read, and compared with, without a server. Temporal remains the truth about open runs.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../artifacts/atomic-file.ts';
import { runLogFile } from '../artifacts/state-folder.ts';
import { runStatus } from '../temporal/runs.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunStatus } from '../workflows/run-state.ts';
import type { Scene } from './verb.ts';
import { withClient } from './verb.ts';

const inRunFolder = (stateFolder: string, runId: string, name: string) =>
  path.join(path.dirname(runLogFile(stateFolder, runId)), name);
const recordFile = (stateFolder: string, runId: string) =>
  inRunFolder(stateFolder, runId, 'status.json');
const planFile = (stateFolder: string, runId: string) =>
  inRunFolder(stateFolder, runId, 'plan.json');

export async function saveRunRecord(
  stateFolder: string,
  status: RunStatus,
  plan: Plan,
): Promise<void> {
  const file = recordFile(stateFolder, status.run.id);
  mkdirSync(path.dirname(file), { recursive: true });
  // First, so that a run with a record has its plan.
  await writeFileAtomic(planFile(stateFolder, status.run.id), Buffer.from(JSON.stringify(plan)));
  await writeFileAtomic(file, Buffer.from(JSON.stringify(status)));
}

/** What a run was started with; `null` of runs that left none. */
export function readRunPlan(stateFolder: string, runId: string): Plan | null {
  return readIfThere<Plan>(planFile(stateFolder, runId));
}

export function readRunRecord(stateFolder: string, runId: string): RunStatus | null {
  return readIfThere<RunStatus>(recordFile(stateFolder, runId));
}

function readIfThere<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    throw error;
  }
}

/** Of an ended run from the record; otherwise from Temporal. */
export async function anyRunStatus(scene: Scene, runId: string): Promise<RunStatus> {
  const kept = readRunRecord(scene.stateFolder, runId);
  return kept ?? withClient(scene, (client) => runStatus(client, runId));
}

/** The ended runs that left a record, the newest first. */
export function keptRuns(stateFolder: string): RunStatus[] {
  const folder = path.join(stateFolder, 'runs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => path.join(folder, name, 'status.json'))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as RunStatus)
    .sort((a, b) => b.startedAtMs - a.startedAtMs);
}
