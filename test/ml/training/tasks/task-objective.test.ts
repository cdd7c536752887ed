import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../../../../src/ml/backend.ts';
import { Objective } from '../../../../src/ml/training/objective.ts';
import { addScores, summarise } from '../../../../src/ml/training/scores.ts';
import { TaskObjective } from '../../../../src/ml/training/tasks/task-objective.ts';

beforeAll(loadBackend);

const plain = (classes: number) =>
  new Objective({
    classes,
    losses: [{ type: 'cross-entropy' }],
    labelSmoothing: 0,
    classWeights: null,
  });
const tasks = [
  { name: 'a', weight: 2, classes: 2, firstClass: 0, objective: plain(2) },
  { name: 'b', weight: 0.5, classes: 3, firstClass: 2, objective: plain(3) },
];
const objective = new TaskObjective(tasks, { type: 'fixed', temperature: 2 });
/** Two rows of a, one of b. */
const labels = Int32Array.of(0, 1, 4);
const logits = [
  [1, -1, 9, 9, 9],
  [0.5, 2, -9, 9, 0],
  [7, -7, 0.1, 0.2, 3],
];

const softmaxOf = (row: readonly number[]) => {
  const sum = row.reduce((total, z) => total + Math.exp(z), 0);
  return row.map((z) => Math.exp(z) / sum);
};
const [p0, p1, p2] = [
  softmaxOf(logits[0]!.slice(0, 2)), softmaxOf(logits[1]!.slice(0, 2)), softmaxOf(logits[2]!.slice(2)),
] as [number[], number[], number[]]; // prettier-ignore

it('adds up the mean loss of each task on its own logits, and gives those of others no gradient', () => {
  const { value, grad } = tf.tidy(() => {
    const found = tf.valueAndGrad(
      objective.of(labels, { history: [] }) as (x: tf.Tensor) => tf.Scalar,
    )(tf.tensor2d(logits));
    return { value: found.value.dataSync()[0]!, grad: found.grad.arraySync() as number[][] };
  });
  expect(value).toBeCloseTo(
    2 * ((-Math.log(p0[0]!) - Math.log(p1[1]!)) / 2) - 0.5 * Math.log(p2[2]!),
    5,
  );
  const expected = [
    [p0[0]! - 1, p0[1]!, 0, 0, 0],
    [p1[0]!, p1[1]! - 1, 0, 0, 0],
    [0, 0, 0.5 * p2[0]!, 0.5 * p2[1]!, 0.5 * (p2[2]! - 1)],
  ];
  grad.forEach((row, at) =>
    row.forEach((slope, k) => expect(slope).toBeCloseTo(expected[at]![k]!, 5)),
  );
});

it('scores each task by its own classes, and adds up over batches', () => {
  const flat = Float32Array.from(logits.flat());
  const whole = objective.score(flat, labels);
  expect(summarise(whole).accuracy).toBe(1);
  const [a, b] = whole.tasks!;
  expect(summarise(a!).loss).toBeCloseTo((-Math.log(p0[0]!) - Math.log(p1[1]!)) / 2, 5);
  expect(summarise(b!).loss).toBeCloseTo(-Math.log(p2[2]!), 5);
  const parts = addScores(
    objective.score(flat.subarray(0, 5), labels.subarray(0, 1)),
    objective.score(flat.subarray(5), labels.subarray(1)),
  );
  expect(parts.tasks!.map(({ rows, hits }) => [rows, hits])).toEqual(
    whole.tasks!.map(({ rows, hits }) => [rows, hits]),
  );
  expect(parts.lossSum).toBeCloseTo(whole.lossSum, 12);
  expect([whole.hits, whole.actual]).toEqual([
    [1, 1, 0, 0, 1],
    [1, 1, 0, 0, 1],
  ]);
});
