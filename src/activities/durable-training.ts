/** Training that goes on from its last checkpoint, and what comes of it, for every step that trains. */
import path from 'node:path';
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { canonicalJson, type Json, type JsonObject } from '../json.ts';
import { AttemptLease } from '../ml/checkpoint/attempt-lease.ts';
import { jobDigest } from '../ml/checkpoint/checkpoint-file.ts';
import { CheckpointFolder } from '../ml/checkpoint/checkpoint-folder.ts';
import { fromCheckpoint } from '../ml/checkpoint/snapshot-checkpoint.ts';
import type { EpochRecord, TrainingHistory } from '../ml/model.ts';
import type { Network } from '../ml/network.ts';
import { encodeEventFile } from '../ml/tensorboard/event-file.ts';
import { trainingEvents } from '../ml/tensorboard/training-events.ts';
import { WeightHistograms } from '../ml/tensorboard/weight-histograms.ts';
import { driveTraining } from '../ml/training/drive-training.ts';
import type { TrainingObjective } from '../ml/training/objective.ts';
import type { TrainingRun } from '../ml/training/training-run.ts';
import type { TrainingStages } from '../ml/training/training-stages.ts';
import { parseDuration } from '../plan/duration.ts';
import type { LoadedInput } from './load-training.ts';
import type { StepContext } from './step.ts';
import type { TrainStep } from './step-types.ts';
import { assembleTraining } from './training-job.ts';
import type { TrainingSettings } from './training-settings.ts';

/** Changes whenever the same input would train other weights, so that old checkpoints end. */
const CODE_VERSION = 3;

export interface DurableTraining {
  readonly settings: TrainingSettings;
  readonly loaded: LoadedInput;
  /** The caller's; has the kept weights afterwards. */
  readonly network: Network;
  /** The caller's. */
  readonly stages?: TrainingStages;
  /** @default as the settings say, for the classes of the data set */
  readonly objective?: TrainingObjective;
  readonly context: StepContext;
  /** All that decides the weights and is not in the settings: another one has other checkpoints. */
  readonly identity: JsonObject;
}

export type TrainingOutputs = Omit<TrainStep['outputs'], 'model' | 'startedFrom'>;

/** @throws PipelineError as `assembleTraining` and `driveTraining`. */
export async function trainDurably(job: DurableTraining): Promise<TrainingOutputs> {
  const { settings, loaded, network, stages, objective, context } = job;
  const trained = { network, stages, objective };
  const { run, dispose } = await assembleTraining(settings, loaded, trained);
  try {
    const digest = digestOf(job);
    // Of this very job: another would have other weights after the same epoch.
    const histograms = new WeightHistograms(path.join(context.scratch, 'histograms', digest));
    const lease = await driveFromCheckpoint(run, { ...job, digest }, ({ epoch }) =>
      histograms.note(epoch, network.weightTensors()),
    );
    run.restoreKept();
    await lease.check();
    return await publish(run, { network, histograms, context });
  } finally {
    dispose();
  }
}

/** Goes on from the last checkpoint of the same job, if there is one. */
async function driveFromCheckpoint(
  run: TrainingRun,
  { settings, context, digest }: DurableTraining & { readonly digest: string },
  noteEpoch: (record: EpochRecord) => void,
): Promise<AttemptLease> {
  const lease = await AttemptLease.take(context.scratch, context.attempt);
  const checkpoints = new CheckpointFolder(context.scratch);
  const { checkpoint, problems } = await checkpoints.readLatest(digest);
  for (const problem of problems) context.log('warn', `Passing over ${problem}`);
  if (checkpoint) {
    run.restore(fromCheckpoint(checkpoint));
    const { epoch, batch } = run.progress;
    context.log('info', `Going on in epoch ${epoch} after batch ${batch}`, { epoch, batch });
  } else {
    await checkpoints.clear();
  }
  await driveTraining({
    run,
    job: digest,
    epochs: settings.epochs,
    checkpoints,
    lease,
    checkpointEveryMs: parseDuration(settings.checkpoint.every),
    signal: context.signal,
    heartbeat: (details) => context.heartbeat(details),
    onEpoch: (record) => {
      noteEpoch(record);
      context.log('info', epochText(record, settings.epochs));
    },
  });
  return lease;
}

function epochText(record: EpochRecord, epochs: number): string {
  const figure = (value: number) => value.toFixed(4);
  const training = `loss ${figure(record.loss)}, accuracy ${figure(record.accuracy)}`;
  const { validationLoss, validationAccuracy } = record;
  const validation =
    validationLoss === null || validationAccuracy === null
      ? ''
      : `; validation loss ${figure(validationLoss)}, accuracy ${figure(validationAccuracy)}`;
  return `epoch ${record.epoch}/${epochs}: ${training}${validation}`;
}

/** How often to write a checkpoint does not change what is trained. */
function digestOf({ settings, identity }: DurableTraining): string {
  const { checkpoint: _, dataset, ...decisive } = settings;
  return jobDigest(
    canonicalJson({
      codeVersion: CODE_VERSION,
      dataset: dataset.sha256,
      settings: decisive as unknown as Json,
      ...identity,
    }),
  );
}

interface Trained {
  readonly network: Network;
  readonly histograms: WeightHistograms;
  readonly context: StepContext;
}

async function publish(
  run: TrainingRun,
  { network, histograms, context: { store } }: Trained,
): Promise<TrainingOutputs> {
  const history: TrainingHistory = { epochs: run.history, bestEpoch: run.keptEpoch };
  const kept = run.history[run.keptEpoch - 1] as EpochRecord;
  const events = trainingEvents({ history: run.history, network, histograms });
  return {
    weights: await store.put(network.exportWeights(), MEDIA_TYPE.weights),
    history: await store.putJson(history, MEDIA_TYPE.history),
    tensorboard: await store.put(encodeEventFile(events), MEDIA_TYPE.tensorboard),
    epochs: run.history.length,
    bestEpoch: run.keptEpoch,
    metrics: {
      trainLoss: kept.loss,
      trainAccuracy: kept.accuracy,
      validationLoss: kept.validationLoss,
      validationAccuracy: kept.validationAccuracy,
    },
  };
}
