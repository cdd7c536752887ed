/** Runs training to its end: yields, heartbeats, checkpoints, and stops when told to. */
import { setImmediate } from 'node:timers/promises';
import { isPipelineError, PipelineError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import type { AttemptLease } from '../checkpoint/attempt-lease.ts';
import type { CheckpointFolder } from '../checkpoint/checkpoint-folder.ts';
import { toCheckpoint } from '../checkpoint/snapshot-checkpoint.ts';
import type { EpochRecord } from '../model.ts';
import type { TrainingRun } from './training-run.ts';

export interface TrainingDriver {
  readonly run: TrainingRun;
  /** Digest of the job, kept in every checkpoint. */
  readonly job: string;
  readonly epochs: number;
  readonly checkpoints: CheckpointFolder;
  readonly lease: AttemptLease;
  /** 0: after every pass. */
  readonly checkpointEveryMs: number;
  readonly signal: AbortSignal;
  readonly heartbeat: (details: Json) => void;
  /** Called once for each epoch that ends in this attempt. */
  readonly onEpoch: (record: EpochRecord) => void;
}

/** How long passes may keep the event loop from messages and the abort signal. */
const YIELD_EVERY_MS = 50;

/**
 * @throws PipelineError `CANCELLED` after a last checkpoint; `ATTEMPT_SUPERSEDED` once a later
 * attempt has begun, before anything is written; `TRAINING_DIVERGED`.
 */
export async function driveTraining(driver: TrainingDriver): Promise<void> {
  const { run, checkpointEveryMs } = driver;
  let yieldedAt = performance.now();
  let writtenAt = yieldedAt;
  let digest: string | null = null;
  while (!run.finished) {
    await requireWanted(driver);
    const ended = run.history.length;
    await run.advance();
    run.history.slice(ended).forEach(driver.onEpoch);
    const now = performance.now();
    if (now - writtenAt >= checkpointEveryMs) {
      digest = await writeCheckpoint(driver);
      writtenAt = performance.now();
    }
    beat(driver, digest);
    if (now - yieldedAt >= YIELD_EVERY_MS) {
      await setImmediate();
      yieldedAt = performance.now();
    }
  }
}

async function requireWanted(driver: TrainingDriver): Promise<void> {
  if (!driver.signal.aborted) return;
  const { epoch, batch } = driver.run.progress;
  let kept = 'a checkpoint is kept';
  try {
    await writeCheckpoint(driver);
  } catch (error) {
    // A full disk must not turn the cancellation into an error that is tried again.
    if (!isPipelineError(error) || error.code === 'ATTEMPT_SUPERSEDED') throw error;
    kept = `no new checkpoint could be kept (${error.message})`;
  }
  throw new PipelineError(
    'CANCELLED',
    `Training was stopped in epoch ${epoch} after batch ${batch}; ${kept}`,
    { cause: driver.signal.reason },
  );
}

async function writeCheckpoint({ run, job, checkpoints, lease }: TrainingDriver): Promise<string> {
  await lease.check();
  return checkpoints.write(toCheckpoint(job, run.snapshot()), run.steps);
}

function beat({ run, epochs, heartbeat }: TrainingDriver, checkpoint: string | null): void {
  const loss = run.history.at(-1)?.loss ?? null;
  heartbeat({ ...run.progress, batches: run.batches, epochs, loss, checkpoint });
}
