/** What the worst small change of every row does to a model. */
import { CounterRandom } from '../../random.ts';
import { likeliestClass } from '../metrics.ts';
import type { LossGradient } from './loss-gradient.ts';
import type { MovableValues } from './movable-values.ts';

export interface AttackedRows extends MovableValues {
  /** `[rows, values]`, encoded. */
  readonly x: Float32Array;
  /** `[rows]`, true class indices. */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  /** `[rows, classes]`. */
  readonly predict: (x: Float32Array, rows: number) => Promise<ArrayLike<number>>;
  readonly lossGradient: LossGradient;
}

export interface AttackOptions {
  readonly attack: 'fgsm' | 'pgd';
  /** Largest move of a value, in its unit; 0 moves nothing. */
  readonly epsilon: number;
  /** Of `pgd`, from each of its two starts. */
  readonly steps: number;
  readonly seed: number;
}

export interface AttackResult {
  /** `[rows]`, 1 where the row is told right as it is and wherever the attack moved it. */
  readonly right: Uint8Array;
  /** `[rows]`, the largest −ln p(label) that was found. */
  readonly loss: Float64Array;
}

/**
 * fgsm: one step of ε along the sign of the loss's gradient, in the worst case of a linear model.
 * pgd: steps of 2.5 ε/steps from there and from a seeded random start, back into the ε-box after
 * each; so it never finds less than fgsm.
 *
 * @see Goodfellow, Shlens and Szegedy 2015, arXiv:1412.6572; Madry et al. 2018, arXiv:1706.06083
 */
export async function attackRows(
  rows: AttackedRows,
  { attack, epsilon, steps, seed }: AttackOptions,
): Promise<AttackResult> {
  const found: AttackResult = {
    right: new Uint8Array(rows.labels.length).fill(1),
    loss: new Float64Array(rows.labels.length),
  };
  await note(rows, rows.x, found);
  if (epsilon === 0) return found;
  const gradient = await rows.lossGradient(rows.x, rows.labels);
  const first = step(rows, rows.x, { gradient, size: epsilon, epsilon });
  await note(rows, first, found);
  if (attack === 'fgsm') return found;
  for (const start of [first, randomStart(rows, epsilon, seed)]) {
    let at = start;
    await note(rows, at, found);
    for (let count = 0; count < steps; count += 1) {
      const uphill = await rows.lossGradient(at, rows.labels);
      at = step(rows, at, { gradient: uphill, size: (2.5 * epsilon) / steps, epsilon });
      await note(rows, at, found);
    }
  }
  return found;
}

async function note(rows: AttackedRows, x: Float32Array, found: AttackResult): Promise<void> {
  const { labels, classes, predict } = rows;
  const values = await predict(x, labels.length);
  const table = { values, rows: labels.length, classes };
  for (let row = 0; row < labels.length; row += 1) {
    const label = labels[row] as number;
    if (likeliestClass(table, row) !== label) found.right[row] = 0;
    const loss = -Math.log(Math.max(values[row * classes + label] as number, 1e-12));
    if (loss > (found.loss[row] as number)) found.loss[row] = loss;
  }
}

interface Step {
  readonly gradient: ArrayLike<number>;
  readonly size: number;
  readonly epsilon: number;
}

const step = (rows: AttackedRows, from: Float32Array, { gradient, size, epsilon }: Step) =>
  from.map((value, index) => {
    const unit = rows.units[index % rows.units.length] as number;
    return keep(rows, index, epsilon, value + size * unit * Math.sign(gradient[index] as number));
  });

function randomStart(rows: AttackedRows, epsilon: number, seed: number): Float32Array {
  const random = new CounterRandom({ seed, stream: 'audit-adversarial' });
  return rows.x.map((value, index) => {
    const unit = rows.units[index % rows.units.length] as number;
    return keep(rows, index, epsilon, value + epsilon * unit * (2 * random.uniform() - 1));
  });
}

/** Within ε of where it was, and a pixel within its range. */
function keep(rows: AttackedRows, index: number, epsilon: number, value: number): number {
  const value0 = rows.x[index] as number;
  const column = index % rows.units.length;
  const reach = epsilon * (rows.units[column] as number);
  const near = Math.min(value0 + reach, Math.max(value0 - reach, value));
  if (rows.isPixel[column] === 0) return near;
  // One that was out of the range already goes no farther.
  return Math.min(Math.max(1, value0), Math.max(Math.min(0, value0), near));
}
