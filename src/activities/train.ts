/** The step `train`: an architecture and data to a model, whatever crashes on the way. */
import path from 'node:path';
import { MEDIA_TYPE, type ArtifactRef } from '../artifacts/artifact.ts';
import { canonicalJson, type Json } from '../json.ts';
import { loadBackend, type Backend } from '../ml/backend.ts';
import { AttemptLease } from '../ml/checkpoint/attempt-lease.ts';
import { jobDigest } from '../ml/checkpoint/checkpoint-file.ts';
import { CheckpointFolder } from '../ml/checkpoint/checkpoint-folder.ts';
import { fromCheckpoint } from '../ml/checkpoint/snapshot-checkpoint.ts';
import type { EpochRecord, ModelManifest, TrainingHistory } from '../ml/model.ts';
import { buildNetwork, restoreNetwork, type Network } from '../ml/network.ts';
import { encodeEventFile } from '../ml/tensorboard/event-file.ts';
import { trainingEvents } from '../ml/tensorboard/training-events.ts';
import { WeightHistograms } from '../ml/tensorboard/weight-histograms.ts';
import { driveTraining } from '../ml/training/drive-training.ts';
import type { TrainingRun } from '../ml/training/training-run.ts';
import { parseDuration } from '../plan/duration.ts';
import { type LoadedInput, loadTraining } from './load-training.ts';
import type { TrainStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';
import { assembleTraining } from './training-job.ts';
import { findWarmStart, type WarmStart } from './warm-start.ts';

type Input = TrainStep['with'];

/** Changes whenever the same input would train other weights, so that old checkpoints end. */
const CODE_VERSION = 2;

export const trainStep: Step<Input, TrainStep['outputs']> = {
  kind: 'train',

  async run(input, context) {
    const backend = await loadBackend();
    if (backend.warning) context.log('warn', backend.warning);
    const loaded = await loadTraining(input, context.store);
    try {
      return await trainOn(loaded, { input, context, backend });
    } finally {
      await loaded.close();
    }
  },
};

async function trainOn(
  loaded: LoadedInput,
  given: Omit<JobContext, 'start'>,
): Promise<TrainStep['outputs']> {
  const { input, context } = given;
  const start = await findWarmStart(input.warmStart, loaded, context);
  const network = start
    ? restoreNetwork(loaded.architecture, await context.store.get(start.weights))
    : buildNetwork(loaded.architecture);
  try {
    return await trainNetwork(network, { ...given, start, loaded });
  } finally {
    network.dispose();
  }
}

async function trainNetwork(
  network: Network,
  job: JobContext & { readonly loaded: LoadedInput },
): Promise<TrainStep['outputs']> {
  const { run, dispose } = await assembleTraining(job.input, job.loaded, network);
  try {
    const histograms = histogramsOf(job);
    const lease = await trainDurably(run, job, ({ epoch }) =>
      histograms.note(epoch, network.weightTensors()),
    );
    run.restoreKept();
    await lease.check();
    return await publish(run, network, { ...job, histograms });
  } finally {
    dispose();
  }
}

interface JobContext {
  readonly input: Input;
  readonly context: StepContext;
  readonly backend: Backend;
  /** `null`: from fresh weights. */
  readonly start: WarmStart | null;
}

/** Goes on from the last checkpoint of the same job, if there is one. */
async function trainDurably(
  run: TrainingRun,
  jobContext: JobContext,
  noteEpoch: (record: EpochRecord) => void,
): Promise<AttemptLease> {
  const { input, context } = jobContext;
  const lease = await AttemptLease.take(context.scratch, context.attempt);
  const checkpoints = new CheckpointFolder(context.scratch);
  const job = digestOf(jobContext);
  const { checkpoint, problems } = await checkpoints.readLatest(job);
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
    job,
    epochs: input.epochs,
    checkpoints,
    lease,
    checkpointEveryMs: parseDuration(input.checkpoint.every),
    signal: context.signal,
    heartbeat: (details) => context.heartbeat(details),
    onEpoch: (record) => {
      noteEpoch(record);
      context.log('info', epochText(record, input.epochs));
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
function digestOf({ input, backend: { fingerprint }, start }: JobContext): string {
  const { architecture, dataset, checkpoint: _, ...settings } = input;
  return jobDigest(
    canonicalJson({
      codeVersion: CODE_VERSION,
      architecture: architecture.sha256,
      dataset: dataset.sha256,
      settings: settings as unknown as Json,
      fingerprint,
      ...(start && { start: start.weights.sha256 }),
    }),
  );
}

/** Of this very job: another would have other weights after the same epoch. */
const histogramsOf = (job: JobContext): WeightHistograms =>
  new WeightHistograms(path.join(job.context.scratch, 'histograms', digestOf(job)));

async function publish(
  run: TrainingRun,
  network: Network,
  job: JobContext & { readonly loaded: LoadedInput; readonly histograms: WeightHistograms },
): Promise<TrainStep['outputs']> {
  const { store } = job.context;
  const weights = await store.put(network.exportWeights(), MEDIA_TYPE.weights);
  const model = modelOf(weights, job);
  const history: TrainingHistory = { epochs: run.history, bestEpoch: run.keptEpoch };
  const kept = run.history[run.keptEpoch - 1] as EpochRecord;
  const events = trainingEvents({ history: run.history, network, histograms: job.histograms });
  return {
    model: await store.putJson(model, MEDIA_TYPE.model),
    weights,
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
    startedFrom: job.start?.version ?? null,
  };
}

function modelOf(
  weights: ArtifactRef,
  { input, backend, start, loaded }: JobContext & { readonly loaded: LoadedInput },
): ModelManifest {
  const { architecture, manifest } = loaded;
  const { inputShape, inputs, featureNames, encoders, classes, target } = manifest;
  return {
    version: 1,
    type: 'network',
    input: { inputShape, ...(inputs && { inputs }), featureNames, encoders, classes, target },
    architecture,
    weights,
    trainedOn: {
      dataset: input.dataset.sha256,
      backend: backend.fingerprint,
      data: input.dataset,
      ...(start && { startedFrom: start.model }),
    },
  };
}
