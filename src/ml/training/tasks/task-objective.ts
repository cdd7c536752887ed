/** The objectives of several tasks, whose logits stand side by side, as one. */
import * as tf from '@tensorflow/tfjs';
import type { EpochRecord, TaskRecord } from '../../model.ts';
import type { LossGiven, ScoredEpoch, TrainingObjective } from '../objective.ts';
import { addScores, NO_SCORES, type Scores, scoreRows, summarise } from '../scores.ts';
import { balanceTasks, type TaskBalance, type WeighedTask } from './balance-tasks.ts';

export interface Task extends WeighedTask {
  readonly classes: number;
  /** Of its first class among the classes of all. */
  readonly firstClass: number;
  readonly objective: TrainingObjective;
}

/** Rows of one task that follow one another in a batch. */
interface Stretch {
  readonly task: number;
  readonly start: number;
  /** `[rows]`, classes of the task. */
  readonly labels: Int32Array;
}

/**
 * Σₖ λₖ·Lₖ over the tasks that have rows in the batch, Lₖ being the mean loss of the task's rows there:
 * a task with few rows counts as much as one with many.
 */
export class TaskObjective implements TrainingObjective {
  /** Which rows are of which task decides what is computed. */
  readonly isRecordable = false;
  readonly #tasks: readonly Task[];
  readonly #balance: TaskBalance;

  /** @param tasks  in the order of their classes, without gaps. */
  constructor(tasks: readonly Task[], balance: TaskBalance) {
    this.#tasks = tasks;
    this.#balance = balance;
  }

  /** @param labels  `[rows]`, classes of all tasks, the rows of a task standing together. */
  of(labels: Int32Array, { history }: LossGiven): (logits: tf.Tensor2D) => tf.Scalar {
    const weights = balanceTasks(this.#tasks, this.#balance, history);
    const losses = this.#stretches(labels).map(({ task, start, labels: own }) => {
      const { firstClass, classes, objective } = this.#tasks[task] as Task;
      const lossOf = objective.of(own, { history });
      const size: [number, number] = [own.length, classes];
      return (logits: tf.Tensor2D): tf.Scalar =>
        tf.mul(lossOf(tf.slice(logits, [start, firstClass], size)), weights[task] as number);
    });
    return (logits) =>
      losses.map((lossOf) => lossOf(logits)).reduce((sum, own) => tf.add(sum, own));
  }

  score(logits: Float32Array, labels: Int32Array): Scores {
    const width = this.#tasks.reduce((sum, { classes }) => sum + classes, 0);
    const tasks = this.#tasks.map(({ classes }) =>
      scoreRows(new Float32Array(), new Int32Array(), { classes }),
    );
    for (const { task, start, labels: own } of this.#stretches(labels)) {
      const { firstClass, classes } = this.#tasks[task] as Task;
      const slice = new Float32Array(own.length * classes);
      own.forEach((_, row) => {
        const from = (start + row) * width + firstClass;
        slice.set(logits.subarray(from, from + classes), row * classes);
      });
      tasks[task] = addScores(tasks[task] as Scores, scoreRows(slice, own, { classes }));
    }
    return { ...sideBySide(tasks), tasks };
  }

  describe({ trained, held, history }: ScoredEpoch): Partial<EpochRecord> {
    const weights = balanceTasks(this.#tasks, this.#balance, history);
    const records = this.#tasks.map(({ name }, at): [string, TaskRecord] => {
      const { loss, accuracy } = summarise(trained.tasks?.[at] ?? NO_SCORES);
      const own = held?.tasks?.[at];
      const seen = own && own.rows > 0 ? summarise(own) : null;
      return [
        name,
        {
          loss,
          accuracy,
          validationLoss: seen?.loss ?? null,
          validationAccuracy: seen?.accuracy ?? null,
          weight: weights[at] as number,
        },
      ];
    });
    return { tasks: Object.fromEntries(records) };
  }

  #stretches(labels: Int32Array): readonly Stretch[] {
    const stretches: Stretch[] = [];
    for (let start = 0; start < labels.length;) {
      const first = labels[start] as number;
      const task = this.#tasks.findIndex(
        ({ firstClass, classes }) => first >= firstClass && first < firstClass + classes,
      );
      const { firstClass, classes } = this.#tasks[task] as Task;
      const isOther = (label: number) => label < firstClass || label >= firstClass + classes;
      const length = labels.subarray(start).findIndex(isOther);
      const end = length < 0 ? labels.length : start + length;
      const own = labels.slice(start, end).map((label) => label - firstClass);
      stretches.push({ task, start, labels: own });
      start = end;
    }
    return stretches;
  }
}

/** Classes of one task after those of the other. */
function sideBySide(tasks: readonly Scores[]): Scores {
  return {
    rows: tasks.reduce((sum, { rows }) => sum + rows, 0),
    lossSum: tasks.reduce((sum, { lossSum }) => sum + lossSum, 0),
    hits: tasks.flatMap(({ hits }) => hits),
    predicted: tasks.flatMap(({ predicted }) => predicted),
    actual: tasks.flatMap(({ actual }) => actual),
  };
}
