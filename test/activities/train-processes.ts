/** Trainings in processes of their own, which share nothing but the store. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { transpileSource } from '../compute/transpiled-source.ts';
import type { TestPlace } from './step-context.ts';

export interface Attempt {
  /** Of the scratch folders: the same name goes on from the same checkpoints. */
  readonly scratch: string;
  readonly attempt: number;
  /** Passes over batches before it is stopped; 0: to the end. */
  readonly passes: number;
  /** Dies at once, instead of being told to stop. @default false */
  readonly kills?: boolean;
}

/** A step that trains, and its `with`. */
export interface TrainInput {
  readonly kind: string;
  readonly input: object;
}

export interface TrainProcesses {
  /**
   * All these steps, one after the other, in one fresh process.
   *
   * @returns the digest of each one's weights; `null` where it was stopped.
   */
  readonly trainAll: (
    inputs: readonly TrainInput[],
    attempt: Attempt,
  ) => Promise<(string | null)[]>;
  readonly remove: () => Promise<void>;
}

export async function makeTrainProcesses(place: TestPlace): Promise<TrainProcesses> {
  const source = await transpileSource();
  return {
    remove: () => rm(source, { recursive: true }),
    async trainAll(inputs, { scratch, attempt, passes, kills = false }) {
      const job = path.join(await mkdtemp(path.join(tmpdir(), 'modelwright-job-')), 'job.json');
      const cases = inputs.map(({ kind, input }, index) => ({
        kind, input, attempt, passes, kills, scratch: path.join(place.folder, `${scratch}-${index}`),
      })); // prettier-ignore
      await writeFile(job, JSON.stringify({ store: path.join(place.folder, 'store'), cases }));
      const child = path.join(import.meta.dirname, 'train-child.mjs');
      const env = { ...process.env, SOURCE: source, JOB: job };
      const { stdout } = await promisify(execFile)(process.execPath, [child], { env });
      return JSON.parse(stdout) as (string | null)[];
    },
  };
}
