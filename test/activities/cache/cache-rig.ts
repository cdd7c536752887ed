/** The cache with everything real behind it: store, files, runner and compute process. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { askBackend } from '../../../src/activities/cache/ask-backend.ts';
import {
  computeCodeVersions,
  CODE_ROOT,
  type CodeVersions,
} from '../../../src/activities/cache/code-version.ts';
import { StepCache } from '../../../src/activities/cache/step-cache.ts';
import { readRunLog } from '../../../src/activities/run-log.ts';
import { createStepRunner } from '../../../src/activities/step-runner.ts';
import type { StepInput, StepReceipt } from '../../../src/activities/step.ts';
import type { ArtifactRef, ArtifactStore } from '../../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../../src/artifacts/folder-store.ts';
import { artifactsFolder, runLogFile } from '../../../src/artifacts/state-folder.ts';
import { ComputePool } from '../../../src/compute/pool.ts';
import type { JsonObject } from '../../../src/json.ts';
import { transpileSource } from '../../compute/transpiled-source.ts';

export interface ComputeCode {
  readonly pool: ComputePool;
  readonly codeVersions: CodeVersions;
  close(): Promise<void>;
}

export async function startCompute(): Promise<ComputeCode> {
  const code = await transpileSource();
  const entry = path.join(code, 'src/activities/compute-child.js');
  const pool = new ComputePool({ entry, concurrency: 1 });
  return {
    pool,
    codeVersions: computeCodeVersions(CODE_ROOT),
    close: async () => {
      await pool.close();
      await rm(code, { recursive: true, force: true });
    },
  };
}

export const TABLE = {
  source: 'table.csv',
  target: 't',
  split: { train: 0.6, validation: 0.2, test: 0.2, seed: 3 },
};

export interface CacheRig {
  readonly state: string;
  readonly store: ArtifactStore;
  readonly cache: StepCache;
  /** Runs a step of a run. */
  run(kind: string, input: JsonObject, more?: Partial<StepInput> & RunOf): Promise<StepReceipt>;
  log(run: string): Promise<string[]>;
  writeTable(rows: number, shift?: number): Promise<void>;
  /** Flips the lowest bit of a byte of an object. */
  flipBit(ref: unknown): Promise<void>;
  objectFile(ref: unknown): string;
  remove(): Promise<void>;
}

interface RunOf {
  readonly runId?: string;
}

export async function makeRig({ pool, codeVersions }: ComputeCode): Promise<CacheRig> {
  const state = await mkdtemp(path.join(tmpdir(), 'modelwright-cache-'));
  const store = await openFolderStore(artifactsFolder(state));
  const options = { stateFolder: state, dataRoot: state, store };
  const cache = new StepCache({
    ...options,
    askBackend: () => askBackend(pool),
    codeVersions: () => codeVersions,
  });
  const runStep = createStepRunner({ ...options, pool, cache });
  const objectFile = (ref: unknown) => {
    const { sha256 } = ref as ArtifactRef;
    return path.join(artifactsFolder(state), 'sha256', sha256.slice(0, 2), sha256);
  };
  return {
    state,
    store,
    cache,
    run: async (kind, input, { runId = 'run-1', ...more } = {}) => {
      const run = { id: runId, pipeline: 'p', planDigest: 'd', submittedBy: 'ada' };
      const step = { run, step: kind, kind, with: input, wantsReceipt: true as const, ...more };
      const hooks = {
        attempt: 1,
        signal: new AbortController().signal,
        heartbeat: () => undefined,
      };
      return (await runStep(step, hooks)) as unknown as StepReceipt;
    },
    log: async (run) => {
      const { lines } = await readRunLog(runLogFile(state, run));
      return lines.map(({ level, message }) => `${level} ${message}`);
    },
    writeTable: async (rows, shift = 0) => {
      const lines = Array.from(
        { length: rows },
        (_, i) => `${i + shift},${i % 7},${i % 2 ? 'yes' : 'no'}`,
      );
      await writeFile(path.join(state, 'table.csv'), ['a,b,t', ...lines, ''].join('\n'));
    },
    objectFile,
    flipBit: async (ref) => {
      const bytes = await readFile(objectFile(ref));
      bytes[bytes.length >> 1]! ^= 1;
      await writeFile(objectFile(ref), bytes);
    },
    remove: () => rm(state, { recursive: true, force: true }),
  };
}
