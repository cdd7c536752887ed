import { Adam, type AdamOptions } from './adam.ts';
import type { Optimizer } from './optimizer.ts';
import { Sgd, type SgdOptions } from './sgd.ts';

export interface OptimizerOptions extends AdamOptions, SgdOptions {
  readonly type: 'adam' | 'sgd';
}

/** @param values  number of trainable parameters. */
export function createOptimizer(values: number, options: OptimizerOptions): Optimizer {
  switch (options.type) {
    case 'adam':
      return new Adam(values, options);
    case 'sgd':
      return new Sgd(values, options);
  }
}
