/** Rules of `train`: keys belong to the optimizer, to one another and to the data. */
import type { Fault } from '../../spec/spec.ts';
import { mapOf } from '../../spec/take-values.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';
import { inputsOfDataset } from './dataset-inputs.ts';

const ADAMS = ['adam', 'adamw', 'adamax'];

/** Which types of optimizer have a key; those that are not here are of every type. */
const TYPES_OF_KEY: Readonly<Record<string, readonly string[]>> = {
  momentum: ['sgd', 'momentum', 'nesterov', 'rmsprop'],
  nesterov: ['sgd'],
  beta1: ADAMS,
  beta2: ADAMS,
  epsilon: [...ADAMS, 'adagrad', 'adadelta', 'rmsprop'],
  amsgrad: ['adam', 'adamw'],
  weightDecay: ['adamw'],
  rho: ['rmsprop', 'adadelta'],
  centered: ['rmsprop'],
  initialAccumulator: ['adagrad'],
};

const OF_PICTURES = ['flip', 'shift', 'rotate', 'zoom', 'fill', 'cutout'];

export const checkTrain: StepCheck = (step, stepOf) => {
  const type = literal(step, 'optimizer', 'type');
  const ofType =
    typeof type === 'string' ? [...checkOptimizer(step, type), ...checkBatches(step, type)] : [];
  return [...ofType, ...checkWarmup(step), ...checkKeepBest(step), ...checkAugment(step, stepOf)];
};

function checkOptimizer({ given }: CheckedStep, type: string): readonly Fault[] {
  return Object.keys(mapOf(given['optimizer'])).flatMap((key): readonly Fault[] => {
    const types = TYPES_OF_KEY[key];
    if (!types || types.includes(type)) return [];
    return [
      {
        code: 'SPEC_INVALID',
        path: ['optimizer', key],
        at: 'key',
        message: `\`${key}\` is for the type ${types.join(' or ')}, and this is ${type}`,
        remedy: 'remove it, or change `type`',
      },
    ];
  });
}

function checkBatches({ given }: CheckedStep, type: string): readonly Fault[] {
  if (type !== 'gd') return [];
  return ['batchSize', 'accumulate']
    .filter((key) => given[key] !== undefined)
    .map((key) => ({
      code: 'SPEC_INVALID',
      path: [key],
      at: 'key',
      message: `\`${key}\` says nothing for gd, whose every step is on the whole training part`,
      remedy: 'remove it, or use the type batch-gd',
    }));
}

function checkKeepBest({ given }: CheckedStep): readonly Fault[] {
  if (given['keepBest'] === undefined || given['earlyStopping'] === undefined) return [];
  return [
    {
      code: 'SPEC_INVALID',
      path: ['keepBest'],
      at: 'key',
      message: '`keepBest` says nothing beside `earlyStopping`',
      remedy: 'remove it: `earlyStopping` keeps the best epoch unless `restoreBest` is false',
    },
  ];
}

function checkWarmup(step: CheckedStep): readonly Fault[] {
  const [warmup, epochs] = [literal(step, 'warmup', 'epochs'), literal(step, 'epochs')];
  if (typeof warmup !== 'number' || typeof epochs !== 'number' || warmup <= epochs) return [];
  return [
    {
      code: 'SPEC_INVALID',
      path: ['warmup', 'epochs'],
      at: 'value',
      message: `the warm-up of ${warmup} epochs is longer than the training of ${epochs}`,
      remedy: 'make it shorter',
    },
  ];
}

const checkAugment: StepCheck = (step, stepOf) => {
  const dataset = producer(step, 'dataset', stepOf);
  const inputs = dataset && inputsOfDataset(dataset);
  // Of a picture among several inputs the step itself knows.
  if (inputs?.length !== 1 || inputs[0]?.shape.length === 3) return [];
  return Object.keys(mapOf(step.given['augment']))
    .filter((key) => OF_PICTURES.includes(key))
    .map((key) => ({
      code: 'SPEC_INVALID',
      path: ['augment', key],
      at: 'key',
      message: `\`${key}\` is for pictures, and the data has none`,
      remedy: 'remove it',
    }));
};
