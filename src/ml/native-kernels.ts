/** Operations of TensorFlow that tfjs does not use: registered on the native backend alone. */
import * as tf from '@tensorflow/tfjs';

export const BLOCK_LSTM = 'BlockLSTMV2';
export const BLOCK_LSTM_GRADIENT = 'BlockLSTMGradV2';
export const RELU_GRAD = 'ReluGrad';
export const BIAS_ADD = 'BiasAdd';
export const BIAS_ADD_GRADIENT = 'BiasAddGrad';

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean;
}

/** Of tfjs-node, as far as it is needed. */
interface NativeBackend {
  executeSingleOutput(
    name: string,
    attributes: Attribute[],
    inputs: tf.TensorInfo[],
  ): tf.TensorInfo;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(metadata: unknown): tf.TensorInfo;
  readonly binding: {
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_FLOAT: number;
    readonly TF_INT64: number;
    createTensor(shape: number[], type: number, values: Int32Array): number;
    deleteTensor(id: number): void;
    executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): unknown[];
  };
}

/** Idempotent. */
export function registerNativeKernels(): void {
  if (tf.getKernel(BLOCK_LSTM, 'tensorflow')) return;
  registerMatMul();
  registerExpandDims();
  registerOfFloats(RELU_GRAD, ['dy', 'y']);
  registerOfFloats(BIAS_ADD, ['x', 'bias']);
  registerOfFloats(BIAS_ADD_GRADIENT, ['dy']);
  registerSequenceKernel({
    name: BLOCK_LSTM,
    outputs: 7,
    attributes: ({ TF_ATTR_FLOAT }) => [{ name: 'cell_clip', type: TF_ATTR_FLOAT, value: 0 }],
  });
  registerSequenceKernel({ name: BLOCK_LSTM_GRADIENT, outputs: 8, attributes: () => [] });
}

/**
 * tfjs-node multiplies matrices with BatchMatMulV2, whose oneDNN form costs 0.1 ms a call whatever
 * the size; MatMul does not. Two small matrices gain up to five times.
 */
function registerMatMul(): void {
  const batched = tf.getKernel(tf.BatchMatMul, 'tensorflow');
  tf.unregisterKernel(tf.BatchMatMul, 'tensorflow');
  tf.registerKernel({
    ...batched,
    kernelFunc: (params) => {
      const { a, b } = params.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      const { transposeA, transposeB } = params.attrs as unknown as tf.BatchMatMulAttrs;
      const areFloats = a.dtype === 'float32' && b.dtype === 'float32';
      if (a.shape.length !== 2 || b.shape.length !== 2 || !areFloats) {
        return batched.kernelFunc(params);
      }
      const backend = params.backend as NativeBackend;
      const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
      const attributes = [
        { name: 'transpose_a', type: TF_ATTR_BOOL, value: transposeA },
        { name: 'transpose_b', type: TF_ATTR_BOOL, value: transposeB },
        { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
      ];
      return backend.executeSingleOutput('MatMul', attributes, [a, b]);
    },
  });
}

/** tfjs-node leaves out the types, which a single operation infers, but not one of a graph. */
function registerExpandDims(): void {
  tf.unregisterKernel(tf.ExpandDims, 'tensorflow');
  tf.registerKernel({
    kernelName: tf.ExpandDims,
    backendName: 'tensorflow',
    kernelFunc: (params) => {
      const { input } = params.inputs as { input: tf.Tensor };
      const { dim } = params.attrs as unknown as tf.ExpandDimsAttrs;
      const shape = [...input.shape];
      shape.splice(dim < 0 ? dim + shape.length + 1 : dim, 0, 1);
      return tf.reshape(input, shape);
    },
  });
}

/** An operation whose only attribute is the type of its inputs, which come in this order. */
function registerOfFloats(name: string, order: readonly string[]): void {
  tf.registerKernel({
    kernelName: name,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend }) => {
      const native = backend as NativeBackend;
      const { TF_ATTR_TYPE, TF_FLOAT } = native.binding;
      const given = order.map((each) => (inputs as Record<string, tf.TensorInfo>)[each]);
      const attributes = [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }];
      return native.executeSingleOutput(name, attributes, given as tf.TensorInfo[]);
    },
  });
}

interface SequenceKernel {
  readonly name: string;
  readonly outputs: number;
  readonly attributes: (binding: NativeBackend['binding']) => Attribute[];
}

/** An operation over `x`, `[steps, rows, features]`, that takes the number of steps first. */
function registerSequenceKernel({ name, outputs, attributes }: SequenceKernel): void {
  tf.registerKernel({
    kernelName: name,
    backendName: 'tensorflow',
    kernelFunc: (params) => {
      const backend = params.backend as NativeBackend;
      const { binding } = backend;
      const inputs = params.inputs as unknown as Record<string, tf.TensorInfo>;
      const steps = (inputs['x'] as tf.TensorInfo).shape[0] as number;
      // tfjs has no int64; little-endian, as all platforms of the native backend are.
      const length = binding.createTensor([], binding.TF_INT64, Int32Array.of(steps, 0));
      const all = [
        { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
        { name: 'use_peephole', type: binding.TF_ATTR_BOOL, value: false },
        ...attributes(binding),
      ];
      try {
        const ids = backend.getInputTensorIds(Object.values(inputs));
        return binding
          .executeOp(name, all, [length, ...ids], outputs)
          .map((output) => backend.createOutputTensor(output));
      } finally {
        binding.deleteTensor(length);
      }
    },
  });
}
