/** An optimizer by its name in a pipeline. */
import { Adadelta, type AdadeltaOptions } from './adadelta.ts';
import { Adagrad, type AdagradOptions } from './adagrad.ts';
import { Adam } from './adam.ts';
import { Adamax } from './adamax.ts';
import { AdamW, type AdamWOptions } from './adamw.ts';
import type { Optimizer } from './optimizer.ts';
import { Rmsprop, type RmspropOptions } from './rmsprop.ts';
import { Sgd } from './sgd.ts';

/**
 * `gd`, `batch-gd` and `sgd` make the same step and differ in how many rows it sees;
 * `momentum` and `nesterov` are `sgd` with a momentum of 0.9 unless another is given.
 */
export type OptimizerType =
  | 'adam' | 'adamw' | 'adamax' | 'adagrad' | 'adadelta' | 'rmsprop'
  | 'gd' | 'batch-gd' | 'sgd' | 'momentum' | 'nesterov'; // prettier-ignore

/** Keys that are not of the type are ignored. */
export interface OptimizerOptions
  extends AdamWOptions, AdagradOptions, AdadeltaOptions, RmspropOptions {
  readonly type: OptimizerType;
  /** η; its default is of the type. */
  readonly learningRate?: number | undefined;
  readonly nesterov?: boolean | undefined;
}

/** @param decays  `[trainable values]`: 1 where weight decay applies, else 0. */
export function createOptimizer(decays: Float32Array, options: OptimizerOptions): Optimizer {
  const values = decays.length;
  const { momentum } = options;
  switch (options.type) {
    case 'adam':
      return new Adam(values, options);
    case 'adamw':
      return new AdamW(decays, options);
    case 'adamax':
      return new Adamax(values, options);
    case 'adagrad':
      return new Adagrad(values, options);
    case 'adadelta':
      return new Adadelta(values, options);
    case 'rmsprop':
      return new Rmsprop(values, options);
    case 'gd':
    case 'batch-gd':
      return new Sgd(values, {});
    case 'sgd':
      return new Sgd(values, options);
    case 'momentum':
      return new Sgd(values, { momentum: momentum ?? 0.9 });
    case 'nesterov':
      return new Sgd(values, { momentum: momentum ?? 0.9, nesterov: true });
  }
}

/** η as given; otherwise Keras' default: 0.01 for gradient descent, 0.001 for the others. */
export function learningRateOf({ type, learningRate }: OptimizerOptions): number {
  if (learningRate !== undefined) return learningRate;
  const isDescent = ['gd', 'batch-gd', 'sgd', 'momentum', 'nesterov'].includes(type);
  return isDescent ? 0.01 : 0.001;
}
