/** Training that can be stopped after any pass and goes on from there bit for bit. */
import * as tf from '@tensorflow/tfjs';
import { PipelineError } from '../../errors.ts';
import type { EpochRecord } from '../model.ts';
import type { Network } from '../network.ts';
import type { Optimizer, OptimizerState } from '../optimizers/optimizer.ts';
import type { Augmenter } from './augment/augmenter.ts';
import type { Batching } from './batching.ts';
import { NOTHING_YET, watchEpoch, type EarlyStoppingOptions } from './early-stopping.ts';
import { evaluate } from './evaluate.ts';
import { GradientSum } from './gradient-sum.ts';
import type { GradientRules } from './gradient-rules.ts';
import type { TrainingObjective } from './objective.ts';
import { LearningRate, type LearningRateOptions } from './learning-rate.ts';
import { PassRunner } from './pass-runner.ts';
import type { Batch, RowSource } from './rows.ts';
import { addScores, NO_SCORES, summarise } from './scores.ts';
import { StepPlan } from './step-plan.ts';
import type { TrainingStages } from './training-stages.ts';
import type { TrainingSnapshot } from './training-snapshot.ts';

export interface TrainingJob {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly learningRate: LearningRateOptions;
  readonly objective: TrainingObjective;
  readonly rules: GradientRules;
  readonly augmenter: Augmenter | undefined;
  readonly train: RowSource;
  /** `null` if the part is empty. */
  readonly validation: RowSource | null;
  readonly epochs: number;
  readonly batching: Batching;
  readonly seed: number;
  readonly earlyStopping: EarlyStoppingOptions | undefined;
  /** @default everything is trained alike */
  readonly stages?: TrainingStages | undefined;
}

/**
 * States: between passes (`advance` makes the next one, the optimizer's step after the last pass of
 * a step, and closes the epoch after its last one), and `finished`. What `snapshot` returns between
 * two `advance`s is all there is; order, augmentation and dropout are functions of (seed, epoch, pass).
 */
export class TrainingRun {
  readonly #job: TrainingJob;
  readonly #plan: StepPlan;
  readonly #passes: PassRunner;
  readonly #gradient = new GradientSum();
  readonly #rate: LearningRate;
  #epoch = 0;
  #pass = 0;
  /** Of the passes of this epoch, before each one's update. */
  #running = NO_SCORES;
  #history: EpochRecord[] = [];
  #watch = NOTHING_YET;
  /** Kept where early stopping restores them. */
  #bestWeights: Float32Array | null = null;
  #stopped = false;
  /** What every stage starts from; `null` without stages. */
  readonly #freshOptimizer: OptimizerState | null;

  constructor(job: TrainingJob) {
    this.#job = job;
    this.#plan = new StepPlan(job.train.count, job.batching);
    const { rowsPerPass } = job.batching;
    const wholePasses = job.epochs * Math.floor(job.train.count / rowsPerPass);
    this.#passes = new PassRunner({ ...job, rowsPerPass, wholePasses });
    this.#rate = new LearningRate(job.learningRate);
    this.#freshOptimizer = job.stages ? job.optimizer.state() : null;
  }

  get finished(): boolean {
    return this.#stopped || this.#epoch >= this.#job.epochs;
  }

  /** Passes done. */
  get steps(): number {
    return this.#epoch * this.batches + this.#pass;
  }

  /** Passes of an epoch. */
  get batches(): number {
    return this.#plan.passes;
  }

  get history(): readonly EpochRecord[] {
    return this.#history;
  }

  /** From 1: the epoch whose weights are kept. */
  get keptEpoch(): number {
    const { earlyStopping } = this.#job;
    return earlyStopping?.restoreBest ? this.#watch.bestEpoch : this.#history.length;
  }

  /** Where the run is: epochs from 1, passes done in it, and its mean loss so far. */
  get progress(): { epoch: number; batch: number; loss: number | null } {
    const { lossSum, rows } = this.#running;
    const last = this.#history.at(-1)?.loss ?? null;
    return {
      epoch: Math.min(this.#epoch + 1, this.#job.epochs),
      batch: this.#pass,
      loss: rows > 0 ? lossSum / rows : last,
    };
  }

  /**
   * Makes one pass; closes the epoch after its last one.
   *
   * @throws PipelineError `TRAINING_DIVERGED` if the loss is not finite; as the source of the rows.
   */
  async advance(): Promise<void> {
    const { train, objective, augmenter } = this.#job;
    const batch = await train.shuffled(this.#epoch, this.#plan.rowsOf(this.#pass));
    augmenter?.apply(batch, this.#epoch);
    const logits = this.#train(batch);
    const scores = objective.score(logits, batch.y);
    if (!Number.isFinite(scores.lossSum)) throw this.#diverged();
    this.#running = addScores(this.#running, scores);
    this.#pass += 1;
    if (this.#pass === this.batches) await this.#closeEpoch();
  }

  /** Puts the kept epoch's weights into the network. Call once finished. */
  restoreKept(): void {
    if (this.#bestWeights) this.#job.network.setWeights(this.#bestWeights);
  }

  snapshot(): TrainingSnapshot {
    return {
      epoch: this.#epoch,
      batch: this.#pass,
      running: this.#running,
      history: [...this.#history],
      watch: this.#watch,
      plateau: this.#rate.state,
      stopped: this.#stopped,
      weights: this.#job.network.weights(),
      bestWeights: this.#bestWeights,
      gradient: this.#gradient.snapshot(),
      optimizer: this.#job.optimizer.state(),
    };
  }

  /** @param snapshot  of a run of the same job. */
  restore(snapshot: TrainingSnapshot): void {
    this.#epoch = snapshot.epoch;
    this.#pass = snapshot.batch;
    this.#running = snapshot.running;
    this.#history = [...snapshot.history];
    this.#watch = snapshot.watch;
    this.#rate.restore(snapshot.plateau);
    this.#stopped = snapshot.stopped;
    this.#bestWeights = snapshot.bestWeights;
    this.#gradient.restore(snapshot.gradient);
    this.#job.network.setWeights(snapshot.weights);
    this.#job.optimizer.restore(snapshot.optimizer);
  }

  /** What the run itself holds; the parts of its job are the caller's. */
  dispose(): void {
    this.#gradient.dispose();
    this.#passes.dispose();
  }

  /** @returns the logits before the update. */
  #train(batch: Batch): Float32Array {
    const { network, stages } = this.#job;
    const { share, isLast } = this.#plan.stepOf(this.#pass);
    const data = { rows: batch.count, x: batch.x, labels: batch.y, step: this.steps };
    const state = { frozen: stages?.frozenAt(this.#epoch), history: this.#history };
    let logits: Float32Array | undefined;
    const [parameters] = tf.tidy((): tf.Tensor1D[] => {
      const pass = this.#passes.run(data, state);
      logits = pass.logits;
      const gradient = this.#gradient.add(pass.gradient, share);
      if (isLast) return [this.#step(gradient)];
      this.#gradient.keep(gradient);
      return [];
    });
    if (parameters) {
      this.#gradient.dispose();
      network.replaceParameters(parameters);
    }
    return logits as Float32Array;
  }

  #step(gradient: tf.Tensor1D): tf.Tensor1D {
    const { network, optimizer, rules, stages } = this.#job;
    const { parameters } = network;
    const trained = stages?.trainedAt(this.#epoch) ?? null;
    const after = optimizer.step({
      parameters,
      gradient: rules.apply(gradient, parameters, trained),
      learningRate: this.#rateOf(this.#pass),
    });
    return stages ? stages.restrict({ before: parameters, after }, this.#epoch) : after;
  }

  #rateOf(pass: number): number {
    const scale = this.#job.stages?.rateScaleAt(this.#epoch) ?? 1;
    return scale * this.#rate.at(this.#epoch + this.#plan.stepOf(pass).index / this.#plan.steps);
  }

  async #closeEpoch(): Promise<void> {
    const { network, validation, earlyStopping, objective } = this.#job;
    const score = objective.score.bind(objective);
    const scores = validation && (await evaluate({ network, source: validation, score }));
    const held = scores && summarise(scores);
    if (held && !Number.isFinite(held.loss)) throw this.#diverged();
    const { loss, accuracy, f1 } = summarise(this.#running);
    const record: EpochRecord = {
      epoch: this.#epoch + 1,
      loss,
      accuracy,
      f1,
      validationLoss: held?.loss ?? null,
      validationAccuracy: held?.accuracy ?? null,
      validationF1: held?.f1 ?? null,
      learningRate: this.#rateOf(this.batches - 1),
      endedAtMs: Date.now(),
      ...objective.describe({ trained: this.#running, held: scores, history: this.#history }),
    };
    this.#history.push(record);
    this.#rate.watch(record);
    this.#epoch += 1;
    this.#pass = 0;
    this.#running = NO_SCORES;
    if (earlyStopping) this.#watchEpoch(record, earlyStopping);
    this.#openStage();
  }

  #openStage(): void {
    const { optimizer, stages } = this.#job;
    if (this.#freshOptimizer && stages?.beginsAt(this.#epoch)) {
      optimizer.restore(this.#freshOptimizer);
    }
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
      `The loss is no longer finite in epoch ${this.#epoch + 1}, batch ${this.#pass + 1}`,
      { remedy: 'lower the learning rate, or scale the features' },
    );
  }
}
