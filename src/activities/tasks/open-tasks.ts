/** The tasks of a training and the network that they share. */
import type { ArtifactRef, ArtifactStore } from '../../artifacts/artifact.ts';
import type { DatasetManifest } from '../../data/dataset.ts';
import { decodeDataset } from '../../data/decode-dataset.ts';
import { PipelineError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { decodeArchitecture } from '../../ml/architectures/decode-architecture.ts';
import { decodeModel } from '../../ml/decode-model.ts';
import type { Architecture } from '../../ml/model.ts';
import { drawTasks, type TasksArchitecture } from '../../ml/transfer/draw-tasks.ts';
import { type LoadedInput, openTraining } from '../load-training.ts';
import { requireSameRows } from '../require-same-rows.ts';
import type { MultiTaskStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import type { TrainingSettings } from '../training-settings.ts';

export type TasksInput = MultiTaskStep['with'];
type TaskInput = TasksInput['tasks'][string];

/** What the shared layers are taken from. */
export interface SharedBase {
  readonly architecture: Architecture;
  readonly inputs: Pick<DatasetManifest, 'inputShape' | 'encoders'> | null;
  /** `null`: fresh weights. */
  readonly weights: ArtifactRef | null;
}

export interface OpenedTask {
  readonly name: string;
  readonly input: TaskInput;
  readonly settings: TrainingSettings;
  readonly manifest: DatasetManifest;
}

export interface OpenedTasks {
  /** By name, so that the order in which they are written does not matter. */
  readonly tasks: readonly OpenedTask[];
  readonly base: SharedBase;
  readonly drawn: TasksArchitecture;
}

/**
 * @throws PipelineError `SPEC_INVALID` unless there is one of `architecture` and `base`;
 * `SHAPE_MISMATCH` for tasks of other rows; `MODEL_INVALID`; as `drawTasks`.
 */
export async function openTasks(input: TasksInput, context: StepContext): Promise<OpenedTasks> {
  const { store } = context;
  const base = await openBase(input, store);
  const tasks: OpenedTask[] = [];
  for (const name of Object.keys(input.tasks).sort()) {
    const own = input.tasks[name] as TaskInput;
    const manifest = decodeDataset(await store.getJson<Json>(own.dataset));
    tasks.push({ name, input: own, settings: settingsOf(input, own), manifest });
  }
  requireOneInput(tasks, base, context);
  const heads = tasks.map(({ input: { head }, manifest }) => ({
    ...head,
    classes: manifest.classes.length,
  }));
  const { cutAt, seed } = input;
  const drawn = drawTasks({ base: base.architecture, cutAt, heads, seed });
  return { tasks, base, drawn };
}

/** @throws PipelineError as `openTraining`. */
export function openTask(
  { settings, manifest }: OpenedTask,
  { architecture, store }: { readonly architecture: Architecture; readonly store: ArtifactStore },
): Promise<LoadedInput> {
  return openTraining({ settings, architecture, manifest, store });
}

async function openBase(
  { architecture, base }: TasksInput,
  store: ArtifactStore,
): Promise<SharedBase> {
  if (architecture && !base) {
    const drawn = decodeArchitecture(await store.getJson<Json>(architecture));
    return { architecture: drawn, inputs: null, weights: null };
  }
  if (!base || architecture) {
    const message = 'multi-task needs `architecture` or `base`, not both';
    throw new PipelineError('SPEC_INVALID', message, { remedy: 'give one of them' });
  }
  const model = decodeModel(await store.getJson<Json>(base));
  if (model.type === 'network') {
    return { architecture: model.architecture, inputs: model.input, weights: model.weights };
  }
  throw new PipelineError('MODEL_INVALID', 'multi-task: the base is a fusion, not a network', {
    remedy: 'take one of its members',
  });
}

function requireOneInput(
  tasks: readonly OpenedTask[],
  { architecture, inputs }: SharedBase,
  context: StepContext,
): void {
  const asking = { context, step: 'multi-task' };
  const [first, ...others] = tasks as [OpenedTask, ...OpenedTask[]];
  if (inputs) requireSameRows({ own: inputs, who: 'the base' }, first.manifest, asking);
  const { inputShape } = architecture;
  const drawn = { inputShape, encoders: first.manifest.encoders };
  requireSameRows({ own: drawn, who: 'the architecture' }, first.manifest, asking);
  for (const { manifest } of others) {
    requireSameRows({ own: first.manifest, who: `the task ${first.name}` }, manifest, asking);
  }
}

function settingsOf(input: TasksInput, task: TaskInput): TrainingSettings {
  const { architecture: _drawn, base: _base, cutAt: _cut, tasks: _tasks, ...rest } = input;
  const { balance: _balance, compareWithSingle: _compared, ...settings } = rest;
  const { dataset, loss, labelSmoothing, classWeights } = task;
  return {
    ...settings,
    dataset,
    ...(loss && { loss }),
    ...(labelSmoothing !== undefined && { labelSmoothing }),
    ...(classWeights !== undefined && { classWeights }),
  };
}
