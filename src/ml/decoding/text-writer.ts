/** A network that writes a text, asked for the token after a beginning. */
import * as tf from '@tensorflow/tfjs';
import { SPECIAL_TOKENS } from '../../data/dataset.ts';
import { PipelineError } from '../../errors.ts';
import { readersOfTarget } from '../../layers/fault-of-writing.ts';
import { inputsOf, type LayerShape, productOf } from '../architectures/infer-shapes.ts';
import { NONE_POOLED } from '../architectures/pooled-convolutions.ts';
import { runLayer, takeInputs, type Value } from '../architectures/run-graph.ts';
import type { Network } from '../network.ts';
import type { Beginnings } from './beam-search.ts';
import { readValues } from '../read-values.ts';

/**
 * Kernels take rows in packets and the rest one by one, which rounds otherwise: see classifier.ts.
 * With whole packets a row is written alike whoever stands beside it.
 */
const PACKET_ROWS = 8;

/** Layers that depend on the target, which run for each beginning; the others run once a source. */
interface Sides {
  readonly isWriting: readonly boolean[];
  /** Layers of the source that layers of the target read. */
  readonly handedOver: ReadonlySet<number>;
}

export class TextWriter {
  readonly #network: Network;
  readonly #sides: Sides;

  /** @param network  one that writes a text; the caller's. */
  constructor(network: Network) {
    const { architecture, shapes } = network;
    if (!architecture.labelShape) {
      throw new PipelineError('INTERNAL', 'a network that gives classes cannot write');
    }
    this.#network = network;
    const reads = readersOfTarget({ inputs: inputsOf(architecture), layers: architecture.layers });
    const isWriting = reads.map((each) => each.some(Boolean));
    const handedOver = new Set(
      shapes.flatMap(({ sources }, index) =>
        isWriting[index] ? sources.flatMap((from) => ('layer' in from ? [from.layer] : [])) : [],
      ),
    );
    this.#sides = { isWriting, handedOver };
  }

  /**
   * Reads sources.
   *
   * @param x  `[rows, width]`; what stands in the place of the target is not looked at.
   * @returns what the layers of the target need of them; the caller disposes.
   */
  read(x: Float32Array, rows: number): ReadSources {
    const { architecture, shapes } = this.#network;
    const { isWriting, handedOver } = this.#sides;
    const width = productOf(architecture.inputShape);
    const packed = wholePackets(rows);
    const filled = new Float32Array(packed * width);
    filled.set(x.subarray(0, rows * width));
    const kept = new Map<number, Value>();
    tf.tidy(() => {
      const inputs = takeInputs(
        architecture,
        tf.tensor(filled, [packed, ...architecture.inputShape]),
      );
      const values: (Value | undefined)[] = [];
      for (const index of shapes.keys()) {
        if (isWriting[index]) continue;
        const value = this.#run(index, inputs, values);
        values[index] = value;
        if (handedOver.has(index))
          kept.set(index, { ...value, tensor: tf.keep(tf.clone(value.tensor)) });
      }
    });
    return new ReadSources(kept, (sources, beginnings) => this.#next(sources, beginnings));
  }

  /** @returns logits of the last place of each beginning, `[beginnings, classes]`. */
  #next(sources: ReadonlyMap<number, Value>, { tokens, rows }: Beginnings): Float32Array {
    const { architecture, shapes } = this.#network;
    const count = rows.length;
    const steps = tokens.length / count;
    const packed = wholePackets(count);
    const filled = new Float32Array(packed * steps).fill(SPECIAL_TOKENS.start);
    filled.set(tokens);
    return readValues(() => {
      const target: Value = { tensor: tf.tensor2d(filled, [packed, steps]), mask: undefined };
      const inputs = inputsOf(architecture).map(() => target);
      const values: (Value | undefined)[] = [];
      for (const [index, value] of sources) values[index] = value;
      for (const index of shapes.keys()) {
        if (this.#sides.isWriting[index]) values[index] = this.#run(index, inputs, values);
      }
      const { tensor } = values.at(-1) as Value;
      return tf.slice(tensor as tf.Tensor3D, [0, steps - 1, 0], [count, 1, -1]);
    });
  }

  #run(index: number, inputs: readonly Value[], values: readonly (Value | undefined)[]): Value {
    const { architecture, shapes } = this.#network;
    const { sources } = shapes[index] as LayerShape;
    const from = sources.map((source) =>
      'input' in source ? inputs[source.input] : values[source.layer],
    ) as Value[];
    const start = shapes.slice(0, index).reduce((sum, { weights }) => sum + weights.length, 0);
    const weights = this.#network.weightTensors().map(({ tensor }) => tensor);
    const none = (): void => undefined;
    const call = { architecture, shapes, weights, training: undefined, moveStatistic: none };
    return runLayer(call, { index, from, start, pooled: NONE_POOLED });
  }
}

type Next = (sources: ReadonlyMap<number, Value>, beginnings: Beginnings) => Float32Array;

/** Sources that are read, as the layers of the target see them. */
export class ReadSources {
  /** Of all rows. */
  readonly #read: ReadonlyMap<number, Value>;
  readonly #next: Next;
  /** Of the rows that the last beginnings belong to, in their order. */
  #taken: { readonly rows: Int32Array; readonly values: ReadonlyMap<number, Value> } | undefined;

  constructor(read: ReadonlyMap<number, Value>, next: Next) {
    this.#read = read;
    this.#next = next;
  }

  /** @returns logits of the token after each, `[beginnings, classes]`. */
  next(beginnings: Beginnings): Float32Array {
    return this.#next(this.#take(beginnings.rows), beginnings);
  }

  dispose(): void {
    this.#forget();
    for (const { tensor } of this.#read.values()) tensor.dispose();
  }

  #take(rows: Int32Array): ReadonlyMap<number, Value> {
    if (this.#taken?.rows.join() !== rows.join()) {
      this.#forget();
      const padded = new Int32Array(wholePackets(rows.length));
      padded.set(rows);
      const values = new Map(
        [...this.#read].map(([index, value]) => [index, takeRows(value, padded)] as const),
      );
      this.#taken = { rows, values };
    }
    return this.#taken?.values;
  }

  #forget(): void {
    for (const { tensor } of this.#taken?.values.values() ?? []) tensor.dispose();
    this.#taken = undefined;
  }
}

function takeRows({ tensor, mask }: Value, rows: Int32Array): Value {
  const taken = tf.tidy(() => tf.gather(tensor, tf.tensor1d(rows, 'int32')));
  if (!mask) return { tensor: taken, mask };
  const values = new Uint8Array(rows.length * mask.length);
  rows.forEach((row, at) => {
    values.set(mask.values.subarray(row * mask.length, (row + 1) * mask.length), at * mask.length);
  });
  return { tensor: taken, mask: { rows: rows.length, length: mask.length, values } };
}

const wholePackets = (rows: number): number => Math.ceil(rows / PACKET_ROWS) * PACKET_ROWS;
