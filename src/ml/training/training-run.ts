/** Training that can be stopped after any batch and goes on from there bit for bit. */
import * as tf from '@tensorflow/tfjs';
import { PipelineError } from '../../errors.ts';
import type { EpochRecord } from '../model.ts';
import type { Network } from '../network.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { CounterRandom } from '../random.ts';
import { scoreRows, softmaxCrossEntropy, type RowScores } from './cross-entropy.ts';
import { NOTHING_YET, watchEpoch, type EarlyStoppingOptions } from './early-stopping.ts';
import { evaluate } from './evaluate.ts';
import { gatherRows, oneHot, type Rows } from './rows.ts';
import type { TrainingSnapshot } from './training-snapshot.ts';

export interface TrainingJob {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly train: Rows;
  /** `null` if the part is empty. */
  readonly validation: Rows | null;
  readonly epochs: number;
  /** The last batch of an epoch may be smaller. */
  readonly batchSize: number;
  readonly seed: number;
  readonly earlyStopping: EarlyStoppingOptions | undefined;
}

/**
 * States: between batches (`advance` trains the next one, and after an epoch's last one closes
 * the epoch), and `finished`. What `snapshot` returns between two `advance`s is all there is;
 * order and dropout are functions of (seed, epoch, step).
 */
export class TrainingRun {
  readonly batches: number;
  readonly #job: TrainingJob;
  #epoch = 0;
  #batch = 0;
  /** Of the batches of this epoch, before each one's update. */
  #running = { lossSum: 0, correct: 0, rows: 0 };
  #history: EpochRecord[] = [];
  #watch = NOTHING_YET;
  /** Kept where early stopping restores them. */
  #bestWeights: Float32Array | null = null;
  #stopped = false;
  #order: { readonly epoch: number; readonly rows: Int32Array } | undefined;

  constructor(job: TrainingJob) {
    this.#job = job;
    this.batches = Math.ceil(job.train.count / job.batchSize);
  }

  get finished(): boolean {
    return this.#stopped || this.#epoch >= this.#job.epochs;
  }

  /** Optimizer steps done. */
  get steps(): number {
    return this.#epoch * this.batches + this.#batch;
  }

  get history(): readonly EpochRecord[] {
    return this.#history;
  }

  /** From 1: the epoch whose weights are kept. */
  get keptEpoch(): number {
    const { earlyStopping } = this.#job;
    return earlyStopping?.restoreBest ? this.#watch.bestEpoch : this.#history.length;
  }

  /** Where the run is: epochs from 1, batches done in it, and its mean loss so far. */
  get progress(): { epoch: number; batch: number; loss: number | null } {
    const { lossSum, rows } = this.#running;
    const last = this.#history.at(-1)?.loss ?? null;
    return {
      epoch: Math.min(this.#epoch + 1, this.#job.epochs),
      batch: this.#batch,
      loss: rows > 0 ? lossSum / rows : last,
    };
  }

  /**
   * Trains one batch; closes the epoch after its last one.
   *
   * @throws PipelineError `TRAINING_DIVERGED` if the loss is not finite.
   */
  advance(): void {
    const { train, batchSize } = this.#job;
    const start = this.#batch * batchSize;
    const end = Math.min(start + batchSize, train.count);
    const batch = gatherRows(train, this.#orderOfEpoch(), { start, end });
    const scores = this.#trainBatch(batch);
    if (!Number.isFinite(scores.lossSum)) throw this.#diverged();
    const { lossSum, correct, rows } = this.#running;
    this.#running = {
      lossSum: lossSum + scores.lossSum,
      correct: correct + scores.correct,
      rows: rows + batch.count,
    };
    this.#batch += 1;
    if (this.#batch === this.batches) this.#closeEpoch();
  }

  /** Puts the kept epoch's weights into the network. Call once finished. */
  restoreKept(): void {
    if (this.#bestWeights) this.#job.network.setWeights(this.#bestWeights);
  }

  snapshot(): TrainingSnapshot {
    return {
      epoch: this.#epoch,
      batch: this.#batch,
      running: this.#running,
      history: [...this.#history],
      watch: this.#watch,
      stopped: this.#stopped,
      weights: this.#job.network.weights(),
      bestWeights: this.#bestWeights,
      optimizer: this.#job.optimizer.state(),
    };
  }

  /** @param snapshot  of a run of the same job. */
  restore(snapshot: TrainingSnapshot): void {
    this.#epoch = snapshot.epoch;
    this.#batch = snapshot.batch;
    this.#running = { ...snapshot.running };
    this.#history = [...snapshot.history];
    this.#watch = snapshot.watch;
    this.#stopped = snapshot.stopped;
    this.#bestWeights = snapshot.bestWeights;
    this.#job.network.setWeights(snapshot.weights);
    this.#job.optimizer.restore(snapshot.optimizer);
  }

  #orderOfEpoch(): Int32Array {
    const epoch = this.#epoch;
    if (this.#order?.epoch !== epoch) {
      const random = new CounterRandom({ seed: this.#job.seed, stream: 'shuffle', step: epoch });
      this.#order = { epoch, rows: random.permutation(this.#job.train.count) };
    }
    return this.#order.rows;
  }

  /** @returns the scores before the update. */
  #trainBatch(batch: Rows): RowScores {
    const { network, optimizer, seed } = this.#job;
    const { inputShape, classes } = network.architecture;
    const step = this.steps;
    let logits: Float32Array | undefined;
    const parameters = tf.tidy(() => {
      const x = tf.tensor(batch.x, [batch.count, ...inputShape]);
      const targets = tf.tensor2d(oneHot(batch.y, classes), [batch.count, classes]);
      const loss = (values: tf.Tensor): tf.Scalar => {
        const output = network.trainingLogits(values as tf.Tensor1D, x, { seed, step });
        logits = output.dataSync<'float32'>();
        return softmaxCrossEntropy(output, targets);
      };
      const { grad } = tf.valueAndGrad(loss)(network.parameters);
      return optimizer.step(network.parameters, grad as tf.Tensor1D);
    });
    network.replaceParameters(parameters);
    return scoreRows(logits as Float32Array, batch.y);
  }

  #closeEpoch(): void {
    const { network, validation, optimizer, earlyStopping } = this.#job;
    const { lossSum, correct, rows } = this.#running;
    const held = validation && evaluate(network, validation);
    if (held && !Number.isFinite(held.loss)) throw this.#diverged();
    const record: EpochRecord = {
      epoch: this.#epoch + 1,
      loss: lossSum / rows,
      accuracy: correct / rows,
      validationLoss: held?.loss ?? null,
      validationAccuracy: held?.accuracy ?? null,
      learningRate: optimizer.learningRate,
      endedAtMs: Date.now(),
    };
    this.#history.push(record);
    this.#epoch += 1;
    this.#batch = 0;
    this.#running = { lossSum: 0, correct: 0, rows: 0 };
    if (earlyStopping) this.#watchEpoch(record, earlyStopping);
  }

  #watchEpoch(record: EpochRecord, options: EarlyStoppingOptions): void {
    this.#watch = watchEpoch(this.#watch, record, options);
    const isBest = this.#watch.bestEpoch === record.epoch;
    if (isBest && options.restoreBest) this.#bestWeights = this.#job.network.weights();
    if (this.#watch.epochsWithout >= options.patience) this.#stopped = true;
  }

  #diverged(): PipelineError {
    return new PipelineError(
      'TRAINING_DIVERGED',
      `The loss is no longer finite in epoch ${this.#epoch + 1}, batch ${this.#batch + 1}`,
      { remedy: 'lower the learning rate, or scale the features' },
    );
  }
}
