/** One training of several tasks together. */
import type { Json } from '../../json.ts';
import { MEDIA_TYPE, type ArtifactRef } from '../../artifacts/artifact.ts';
import type { Backend } from '../../ml/backend.ts';
import type { Architecture, EpochRecord, TrainingHistory } from '../../ml/model.ts';
import { buildNetwork, type Network, restoreNetwork } from '../../ml/network.ts';
import { type Task, TaskObjective } from '../../ml/training/tasks/task-objective.ts';
import { type TaskPart, TaskRows } from '../../ml/training/tasks/task-rows.ts';
import { transferWeights } from '../../ml/transfer/transfer-weights.ts';
import { trainDurably, type TrainingOutputs } from '../durable-training.ts';
import type { LoadedInput } from '../load-training.ts';
import { networkManifest } from '../network-manifest.ts';
import type { MultiTaskStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import { objectiveFor } from '../training-job.ts';
import { type OpenedTask, type OpenedTasks, openTask, type TasksInput } from './open-tasks.ts';

export interface TasksJob {
  readonly input: TasksInput;
  readonly opened: OpenedTasks;
  readonly context: StepContext;
  readonly backend: Backend;
}

type Outputs = Omit<MultiTaskStep['outputs'], 'gains'>;

/** @throws PipelineError as `openTraining` and training. */
export async function trainTasks(job: TasksJob): Promise<Outputs> {
  const { opened, context, input } = job;
  const loaded = await openAll(job);
  const network = buildNetwork(opened.drawn.joint);
  try {
    await takeShared(network, job);
    const objective = new TaskObjective(await tasksOf(opened.tasks, loaded), input.balance);
    const [first] = opened.tasks as [OpenedTask];
    const {
      loss: _loss,
      classWeights: _weights,
      labelSmoothing: _smoothing,
      ...settings
    } = first.settings;
    const trained = await trainDurably({
      settings,
      loaded: joinTasks(opened, loaded),
      network,
      objective,
      context,
      identity: identityOf(job),
    });
    return await publish(trained, network, { ...job, loaded });
  } finally {
    network.dispose();
    for (const { close } of loaded) await close();
  }
}

async function openAll({ opened, context: { store } }: TasksJob): Promise<LoadedInput[]> {
  const loaded: LoadedInput[] = [];
  try {
    for (const [index, task] of opened.tasks.entries()) {
      const architecture = opened.drawn.tasks[index]?.architecture as Architecture;
      loaded.push(await openTask(task, { architecture, store }));
    }
    return loaded;
  } catch (error) {
    for (const { close } of loaded) await close();
    throw error;
  }
}

/** Where there is a base, the weights of the shared layers are its. */
async function takeShared(
  network: Network,
  { opened: { base, drawn }, context }: Pick<TasksJob, 'opened' | 'context'>,
): Promise<void> {
  if (!base.weights) return;
  const from = restoreNetwork(base.architecture, await context.store.get(base.weights));
  transferWeights({ from, to: network, kept: drawn.kept });
  from.dispose();
}

async function tasksOf(
  tasks: readonly OpenedTask[],
  loaded: readonly LoadedInput[],
): Promise<readonly Task[]> {
  const all: Task[] = [];
  for (const [index, { name, input, settings, manifest }] of tasks.entries()) {
    const objective = await objectiveFor(settings, loaded[index] as LoadedInput);
    const firstClass = all.reduce((sum, { classes }) => sum + classes, 0);
    const classes = manifest.classes.length;
    all.push({ name, weight: input.weight, classes, firstClass, objective });
  }
  return all;
}

function joinTasks({ tasks, drawn }: OpenedTasks, loaded: readonly LoadedInput[]): LoadedInput {
  const partsOf = (name: 'train' | 'validation'): TaskPart[] => {
    let firstClass = 0;
    return tasks.flatMap(({ manifest }, index) => {
      const classes = manifest.classes.length;
      const source = loaded[index]?.[name];
      firstClass += classes;
      return source ? [{ source, classes, firstClass: firstClass - classes }] : [];
    });
  };
  const held = partsOf('validation');
  return {
    architecture: drawn.joint,
    // Of the first: all have the same inputs, which is what augmentation asks for.
    manifest: (tasks[0] as OpenedTask).manifest,
    train: new TaskRows(partsOf('train')),
    validation: held.length > 0 ? new TaskRows(held) : null,
    close: async () => {},
  };
}

function identityOf({ opened: { tasks, base, drawn }, input, backend }: TasksJob) {
  const own = tasks.map(({ name, input: { dataset, weight, ...rest } }) => ({
    ...rest,
    ...{ name, weight, dataset: dataset.sha256 },
  }));
  return {
    tasks: own as unknown as Json,
    joint: drawn.joint as unknown as Json,
    base: base.weights?.sha256 ?? null,
    balance: input.balance as unknown as Json,
    fingerprint: backend.fingerprint,
  };
}

interface Publishing extends TasksJob {
  readonly loaded: readonly LoadedInput[];
}

async function publish(
  trained: TrainingOutputs,
  network: Network,
  { opened, loaded, input, backend, context }: Publishing,
): Promise<Outputs> {
  const { metrics: _all, ...rest } = trained;
  const { epochs } = await context.store.getJson<TrainingHistory>(trained.history);
  const kept = epochs[trained.bestEpoch - 1] as EpochRecord;
  const models: Record<string, ArtifactRef> = {};
  const metrics: Outputs['metrics'] = {};
  const balance: Outputs['balance'] = {};
  for (const [index, { name, input: task }] of opened.tasks.entries()) {
    const own = loaded[index] as LoadedInput;
    const weights = await storeOwn(network, { opened, index, context });
    const origin = { dataset: task.dataset, backend, loaded: own, startedFrom: input.base };
    models[name] = await context.store.putJson(networkManifest(weights, origin), MEDIA_TYPE.model);
    const record = kept.tasks?.[name];
    metrics[name] = {
      trainLoss: record?.loss ?? NaN,
      trainAccuracy: record?.accuracy ?? NaN,
      validationLoss: record?.validationLoss ?? null,
      validationAccuracy: record?.validationAccuracy ?? null,
    };
    balance[name] = epochs.at(-1)?.tasks?.[name]?.weight ?? NaN;
  }
  return { ...rest, models, metrics, balance };
}

interface OwnLayers extends Pick<TasksJob, 'opened' | 'context'> {
  /** Of the task. */
  readonly index: number;
}

async function storeOwn(
  joint: Network,
  { opened, index, context }: OwnLayers,
): Promise<ArtifactRef> {
  const { architecture, layers } = opened.drawn.tasks[
    index
  ] as OpenedTasks['drawn']['tasks'][number];
  const network = buildNetwork(architecture);
  try {
    transferWeights({ from: joint, to: network, kept: layers });
    return await context.store.put(network.exportWeights(), MEDIA_TYPE.weights);
  } finally {
    network.dispose();
  }
}
