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
}

export interface TrainProcesses {
  /**
   * All inputs of `train`, one after the other, in one fresh process.
   *
   * @returns the digest of each one's weights; `null` where it was stopped.
   */
  readonly trainAll: (inputs: readonly object[], attempt: Attempt) => Promise<(string | null)[]>;
  readonly remove: () => Promise<void>;
}

export async function makeTrainProcesses(place: TestPlace): Promise<TrainProcesses> {
  const source = await transpileSource();
  return {
    remove: () => rm(source, { recursive: true }),
    async trainAll(inputs, { scratch, attempt, passes }) {
      const job = path.join(await mkdtemp(path.join(tmpdir(), 'modelwright-job-')), 'job.json');
      const cases = inputs.map((input, index) => ({
        input, attempt, passes, scratch: path.join(place.folder, `${scratch}-${index}`),
      })); // prettier-ignore
      await writeFile(job, JSON.stringify({ store: path.join(place.folder, 'store'), cases }));
      const child = path.join(import.meta.dirname, 'train-child.mjs');
      const env = { ...process.env, SOURCE: source, JOB: job };
      const { stdout } = await promisify(execFile)(process.execPath, [child], { env });
      return JSON.parse(stdout) as (string | null)[];
    },
  };
}
