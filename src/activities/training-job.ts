/** What `train` is told in a pipeline, as the parts of a training. */
import { PipelineError } from '../errors.ts';
import type { Network } from '../ml/network.ts';
import { createOptimizer, learningRateOf } from '../ml/optimizers/create-optimizer.ts';
import { Augmenter } from '../ml/training/augment/augmenter.ts';
import { batchingOf, type Batching } from '../ml/training/batching.ts';
import { classWeightsOf } from '../ml/training/class-weights.ts';
import { decayingValues } from '../ml/training/decaying.ts';
import type { EarlyStoppingOptions } from '../ml/training/early-stopping.ts';
import { ignoredLabel } from '../ml/training/ignored-label.ts';
import { GradientRules } from '../ml/training/gradient-rules.ts';
import type { LearningRateOptions } from '../ml/training/learning-rate.ts';
import { Objective, type TrainingObjective } from '../ml/training/objective.ts';
import { createSchedule } from '../ml/training/schedules/create-schedule.ts';
import { TrainingRun } from '../ml/training/training-run.ts';
import type { TrainingStages } from '../ml/training/training-stages.ts';
import { type LoadedInput, PLATEAU } from './load-training.ts';
import type { TrainingSettings } from './training-settings.ts';

type Input = TrainingSettings;

export interface AssembledTraining {
  readonly run: TrainingRun;
  /** All that training needs but the network, which is the caller's. */
  readonly dispose: () => void;
}

/** The caller's, and not disposed here. */
interface Trained {
  readonly network: Network;
  /** @default everything is trained alike */
  readonly stages?: TrainingStages | undefined;
  /** @default as the settings say, for the classes of the data set */
  readonly objective?: TrainingObjective | undefined;
}

/** @throws PipelineError `SPEC_INVALID` for settings that do not go together. */
export async function assembleTraining(
  input: Input,
  loaded: LoadedInput,
  { network, stages, objective }: Trained,
): Promise<AssembledTraining> {
  const { train, validation } = loaded;
  const places = network.parameterPlaces;
  const job = {
    network,
    train,
    validation,
    epochs: input.epochs,
    seed: input.seed,
    batching: batchingFor(input, train.count, network),
    learningRate: rateFor(input),
    objective: objective ?? (await objectiveFor(input, loaded)),
    earlyStopping: watchFor(input),
    augmenter: augmenterFor(input, loaded),
    stages,
  };
  const optimizer = createOptimizer(decayingValues(places), input.optimizer);
  const { regularization, clip } = input;
  const rules = new GradientRules(places, { regularization, clip });
  const run = new TrainingRun({ ...job, optimizer, rules });
  return {
    run,
    dispose: () => {
      for (const part of [run, rules, optimizer]) part.dispose();
    },
  };
}

function rateFor({ optimizer, epochs, schedule, warmup }: Input): LearningRateOptions {
  const learningRate = learningRateOf(optimizer);
  if (schedule?.type !== 'plateau') {
    const whole = { learningRate, epochs, schedule, warmup };
    return { learningRate, schedule: createSchedule(whole) };
  }
  const plateau = { ...PLATEAU, ...schedule };
  return { learningRate, schedule: createSchedule({ learningRate, epochs, warmup }), plateau };
}

/** The compiler says the same of what it can see; here it is what expressions came to. */
function batchingFor(input: Input, rows: number, network: Network): Batching {
  const { optimizer, batchSize, accumulate = 1 } = input;
  const { type } = optimizer;
  const key = batchSize !== undefined ? 'batchSize' : accumulate > 1 ? 'accumulate' : null;
  if (type === 'gd' && key !== null) {
    throw new PipelineError('SPEC_INVALID', `${key} says nothing for the optimizer type gd`, {
      remedy: 'remove it, or use the type batch-gd',
    });
  }
  return batchingOf({ type, batchSize, accumulate, rows }, network);
}

/** @throws PipelineError `SPEC_INVALID` for a class weight of no class. */
export async function objectiveFor(
  input: Input,
  { manifest, train }: LoadedInput,
): Promise<Objective> {
  const { loss = [{ type: 'cross-entropy' }], labelSmoothing = 0, classWeights } = input;
  const names = manifest.classes;
  if (manifest.labelShape && classWeights !== undefined) {
    throw new PipelineError(
      'SPEC_INVALID',
      'classWeights is for classes, and the target is a text',
      {
        remedy: 'remove it',
      },
    );
  }
  const classes = names.length;
  const weights =
    classWeights === undefined
      ? null
      : classWeightsOf(classWeights, { classes: names, counts: await train.countLabels(classes) });
  const ignored = ignoredLabel(manifest);
  return new Objective({ classes, losses: loss, labelSmoothing, classWeights: weights, ignored });
}

function augmenterFor({ augment, seed }: Input, { manifest }: LoadedInput): Augmenter | undefined {
  const { inputShape, inputs = [{ name: 'input', shape: inputShape, offset: 0 }] } = manifest;
  // What training enters of a target is the answer, one place behind: it stays as it is.
  const read = manifest.labelShape ? inputs.slice(0, -1) : inputs;
  return augment && new Augmenter({ augmentation: augment, inputs: read, seed });
}

/** Keeping the best epoch is early stopping that never loses its patience. */
function watchFor({ earlyStopping, keepBest }: Input): EarlyStoppingOptions | undefined {
  if (!keepBest) return earlyStopping;
  if (earlyStopping) {
    throw new PipelineError('SPEC_INVALID', 'keepBest says nothing beside earlyStopping', {
      remedy: 'remove it: earlyStopping keeps the best epoch unless restoreBest is false',
    });
  }
  return { ...keepBest, patience: Infinity, restoreBest: true };
}
