import type * as tf from '@tensorflow/tfjs';
import { ATTRIBUTE, type GraphAttribute, type GraphNode } from './encode-saved-model.ts';
import type { NativeBackend, NativeBinding, TensorValues } from './native-backend.ts';

/**
 * Writes down the operations that the native backend runs, as nodes of a graph. A tensor that is
 * made while recording is a constant, unless it is named as an input.
 */
export class OperationRecorder {
  readonly #backend: NativeBackend;
  readonly #nodes: GraphNode[] = [];
  /** Which output of which node a handle stands for. */
  readonly #references = new Map<number, string>();

  constructor(backend: NativeBackend) {
    this.#backend = backend;
  }

  /** Runs `compute` and writes its operations down. */
  record<T>(compute: () => T): T {
    const { binding } = this.#backend;
    this.#backend.binding = this.#listen(binding);
    try {
      return compute();
    } finally {
      this.#backend.binding = binding;
    }
  }

  /** Has the tensor given anew at each run. @returns the name of its node */
  input(tensor: tf.Tensor): string {
    const { TF_FLOAT, TF_INT32 } = this.#backend.binding;
    const dtype = tensor.dtype === 'int32' ? TF_INT32 : TF_FLOAT;
    const id = this.#handleOf(tensor);
    const name = this.#add('Placeholder', [], [
      { name: 'dtype', type: ATTRIBUTE.type, value: dtype },
      { name: 'shape', type: ATTRIBUTE.shape, value: tensor.shape },
    ]); // prettier-ignore
    this.#references.set(id, name);
    return name;
  }

  /** @returns `name` or `name:output` of what computes the tensor. */
  referenceOf(tensor: tf.Tensor): string {
    return this.#reference(this.#handleOf(tensor));
  }

  /** The nodes that these need, in an order in which each stands behind its inputs. */
  nodesFor(references: readonly string[]): readonly GraphNode[] {
    const byName = new Map(this.#nodes.map((node) => [node.name, node]));
    const needed = new Set<string>();
    const open = references.map(nodeOf);
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (needed.has(name)) continue;
      needed.add(name);
      open.push(...(byName.get(name) as GraphNode).inputs.map(nodeOf));
    }
    return this.#nodes.filter(({ name }) => needed.has(name));
  }

  #listen(binding: NativeBinding): NativeBinding {
    const heard: Pick<NativeBinding, 'executeOp' | 'createTensor'> = {
      executeOp: (operation, attributes, inputs, outputs) => {
        const made = binding.executeOp(operation, attributes, inputs, outputs);
        const from = inputs.map((id) => this.#reference(id));
        const name = this.#add(operation, from, attributes);
        made.forEach(({ id }, at) => this.#references.set(id, at === 0 ? name : `${name}:${at}`));
        return made;
      },
      createTensor: (shape, dtype, values) => {
        const id = binding.createTensor(shape, dtype, values);
        const constant = { dtype, shape: [...shape], bytes: bytesOf(values) };
        const name = this.#add('Const', [], [
          { name: 'dtype', type: ATTRIBUTE.type, value: dtype },
          { name: 'value', type: ATTRIBUTE.constant, value: constant },
        ]); // prettier-ignore
        this.#references.set(id, name);
        return id;
      },
    };
    const properties = Object.entries(heard).map(([name, value]) => [name, { value }] as const);
    return Object.create(binding, Object.fromEntries(properties)) as NativeBinding;
  }

  #add(
    operation: string,
    inputs: readonly string[],
    attributes: readonly GraphAttribute[],
  ): string {
    const name = `n${this.#nodes.length}`;
    this.#nodes.push({ name, operation, inputs, attributes });
    return name;
  }

  #reference(id: number): string {
    const found = this.#references.get(id);
    if (found !== undefined) return found;
    throw new Error('a recorded operation reads a tensor that was made before the recording began');
  }

  /** Values may wait in JavaScript until an operation reads them; this hands them over. */
  #handleOf(tensor: tf.Tensor): number {
    return this.#backend.getInputTensorIds([tensor])[0] as number;
  }
}

const nodeOf = (reference: string): string => reference.split(':', 1)[0] as string;

/** A copy: whoever made the tensor may write into the array again. */
function bytesOf(values: TensorValues): Uint8Array {
  if (!ArrayBuffer.isView(values)) throw new Error('a recorded constant is no typed array');
  return Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
