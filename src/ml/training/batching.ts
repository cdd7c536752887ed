/** How many rows an optimizer's step sees, and in how many passes through the network. */
import type { OptimizerType } from '../optimizers/create-optimizer.ts';
import type { Network } from '../network.ts';
import { productOf } from '../architectures/infer-shapes.ts';

export interface Batching {
  /** The last pass of an epoch may have fewer. */
  readonly rowsPerPass: number;
  /** Passes whose gradients make one step; the last step of an epoch may have fewer. */
  readonly passesPerStep: number;
}

export interface BatchingOptions {
  readonly type: OptimizerType;
  /** @default 1 for `sgd`, otherwise 32; not for `gd` */
  readonly batchSize?: number | undefined;
  /** Batches that make one step; not for `gd`. @default 1 */
  readonly accumulate?: number | undefined;
  /** Rows of the training part. */
  readonly rows: number;
}

const DEFAULT_BATCH = 32;
/** Values of all activations of one pass: 128 MB, about twice that with their gradients. */
const MAX_PASS_VALUES = 2 ** 25;

/** Whole-batch descent takes as many passes as memory asks for; the step is the same. */
export function batchingOf(options: BatchingOptions, network: Network): Batching {
  const { type, batchSize, accumulate = 1, rows } = options;
  if (type === 'gd') {
    const rowsPerPass = Math.min(rows, fittingRows(network));
    return { rowsPerPass, passesPerStep: Math.ceil(rows / rowsPerPass) };
  }
  return {
    rowsPerPass: batchSize ?? (type === 'sgd' ? 1 : DEFAULT_BATCH),
    passesPerStep: accumulate,
  };
}

function fittingRows({ architecture, shapes }: Network): number {
  const sizes = shapes.map(({ outputShape }) => productOf(outputShape));
  const values = sizes.reduce((sum, size) => sum + size, productOf(architecture.inputShape));
  return Math.max(1, Math.floor(MAX_PASS_VALUES / values));
}
