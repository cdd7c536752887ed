import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../../../src/ml/backend.ts';
import type { Feeds } from '../../../src/ml/recording/feeds.ts';
import { RecordedGraph } from '../../../src/ml/recording/recorded-graph.ts';

beforeAll(() => loadBackend());

const passOf = (x: number[], step = 0) => ({
  ...{ rows: x.length, x: Float32Array.from(x), labels: new Int32Array(x.length), step },
});

const valuesOf = (tensors: readonly tf.Tensor[]): number[][] =>
  tensors.map((tensor) => [...tensor.dataSync<'float32'>()]);

describe('a recorded graph', () => {
  it('computes anew from the inputs and the feeds of each run, and keeps no tensor', () => {
    const before = tf.memory().numTensors;
    const inputs = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])] as const;
    const graph = new RecordedGraph({
      pass: passOf([0, 0]),
      inputs,
      compute: (feeds) => {
        const x = feeds.tensor([2], ({ x: values }) => values);
        const step = feeds.tensor([], ({ step: at }) => Int32Array.of(at));
        // a·x + 10·b, and the sum of a raised by the step.
        const scaled = tf.add(tf.mul(inputs[0], x), tf.mul(inputs[1], 10));
        return [scaled, tf.add(tf.sum(inputs[0]), tf.cast(step, 'float32'))];
      },
    });
    const run = (x: number[], step: number, a: number[]): number[][] =>
      tf.tidy(() => valuesOf(graph.run(passOf(x, step), [tf.tensor1d(a), inputs[1]])));
    expect(run([5, 6], 7, [1, 2])).toEqual([[35, 52], [10]]);
    expect(run([0, 1], 8, [-1, 0.5])).toEqual([[30, 40.5], [7.5]]);
    graph.dispose();
    tf.dispose([...inputs]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('asks for no feed that no output depends on', () => {
    const asked: number[] = [];
    const unread = (feeds: Feeds) =>
      feeds.tensor([1], ({ step }) => {
        asked.push(step);
        return Float32Array.of(step);
      });
    const input = tf.scalar(2);
    const graph = new RecordedGraph({
      pass: passOf([1], 1),
      inputs: [tf.scalar(1), input],
      compute: (feeds) => {
        unread(feeds);
        return [tf.square(input)];
      },
    });
    const found = tf.tidy(() => valuesOf(graph.run(passOf([1], 2), [tf.scalar(1), tf.scalar(3)])));
    expect(found).toEqual([[9]]);
    expect(asked).toEqual([1]);
    graph.dispose();
    input.dispose();
  });

  it('writes attributes of every kind that operations have', () => {
    // Lists of numbers, texts, numbers below 0 and a tensor of booleans.
    const input = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const graph = new RecordedGraph({
      pass: passOf([1]),
      inputs: [input],
      compute: () => {
        const pooled = tf.avgPool(input, 2, 1, 'same');
        const isWanted = tf.tensor4d([true, false, true, false], [1, 2, 2, 1], 'bool');
        const [first, second] = tf.split(tf.where(isWanted, pooled, tf.neg(input)), 2, 1);
        return [tf.concat([second as tf.Tensor, first as tf.Tensor], -1), tf.sum(input, -1)];
      },
    });
    // Means over the windows that fit: 2.5, 3, 3.5 and 4 of the picture, its own values beside.
    expect(tf.tidy(() => valuesOf(graph.run(passOf([1]), [input])))).toEqual([
      [3.5, 2.5, -4, -2],
      [1, 2, 3, 4],
    ]);
    graph.dispose();
    input.dispose();
  });

  it('refuses to read a tensor that is neither an input nor made while recording', () => {
    const before = tf.memory().numTensors;
    const [input, other] = [tf.scalar(1), tf.scalar(2)];
    tf.square(other).dispose();
    const record = () =>
      new RecordedGraph({
        pass: passOf([1]),
        inputs: [input],
        compute: () => [tf.mul(input, other)],
      });
    expect(record).toThrow('made before the recording began');
    // Operations are no longer written down.
    expect(tf.tidy(() => tf.mul(input, other).dataSync()[0])).toBe(2);
    tf.dispose([input, other]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
