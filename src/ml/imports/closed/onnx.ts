/** ONNX models, such as PyTorch exports, through ONNX Runtime. */
import { PipelineError } from '../../../errors.ts';
import { brokenModel, unsupportedModel } from '../import-fault.ts';
import type { Answer, Feed, ForeignRuntime, RuntimeFiles } from './foreign-runtime.ts';
import { fieldsOf, messagesAt } from './protobuf-fields.ts';

export const ONNX_FILE = 'model.onnx';
const VERSION = '1.30.0';

type Runtime = typeof import('onnxruntime-node');
type Session = Awaited<ReturnType<Runtime['InferenceSession']['create']>>;

/**
 * @throws PipelineError `BACKEND_UNAVAILABLE` where `onnxruntime-node` is not installed;
 * `MODEL_UNSUPPORTED` for weights in other files and inputs that are no numbers; `MODEL_INVALID`.
 */
export async function openOnnx({ files }: RuntimeFiles): Promise<ForeignRuntime> {
  const bytes = files.get(ONNX_FILE);
  if (!bytes) throw brokenModel(`it has no ${ONNX_FILE}`);
  requireWhole(bytes);
  const runtime = await loadRuntime();
  const session = await open(runtime, bytes);
  const inputs = session.inputMetadata.map((input) => {
    if (input.isTensor && (input.type === 'float32' || input.type in INTEGERS)) return input;
    const found = `its input "${input.name}" takes ${input.isTensor ? input.type : 'no tensor'}`;
    throw unsupportedModel(found, 'export the model with inputs of float32, int32 or int64');
  });
  const shapes = inputs.map(({ shape }) =>
    shape.map((size) => (typeof size === 'number' && size > 0 ? size : null)),
  );
  return {
    inputs: inputs.map(({ name }, index) => ({ name, shape: shapes[index]?.slice(1) ?? [] })),
    outputs: session.outputNames,
    batch: shapes[0]?.[0] ?? null,
    run: async (feeds, output) => {
      const tensors = feeds.map((feed, index) => {
        const type = inputs[index]?.type ?? 'float32';
        return [feed.name, tensorOf(runtime, feed, type)] as const;
      });
      return run(session, Object.fromEntries(tensors), output);
    },
    dispose: () => void session.release(),
  };
}

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new PipelineError(
      'BACKEND_UNAVAILABLE',
      'An ONNX model needs the package onnxruntime-node, which is not installed or cannot be loaded',
      {
        cause,
        remedy: `run \`npm install onnxruntime-node@${VERSION}\`; behind a proxy with ONNXRUNTIME_NODE_INSTALL=skip, which leaves out graphics cards`,
      },
    );
  }
}

async function open({ InferenceSession }: Runtime, bytes: Uint8Array): Promise<Session> {
  try {
    // One thread: the same bits whatever else the machine does.
    return await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  } catch (cause) {
    throw brokenModel(`ONNX Runtime refuses it: ${(cause as Error).message}`, cause);
  }
}

const INTEGERS = {
  int32: (values: Float32Array) => Int32Array.from(values),
  int64: (values: Float32Array) => BigInt64Array.from(values, (value) => BigInt(value)),
} as const;

function tensorOf({ Tensor }: Runtime, { shape, values }: Feed, type: string) {
  if (type === 'int32') return new Tensor('int32', INTEGERS.int32(values), shape);
  if (type === 'int64') return new Tensor('int64', INTEGERS.int64(values), shape);
  return new Tensor('float32', values, shape);
}

type Feeds = Parameters<Session['run']>[0];

async function run(session: Session, feeds: Feeds, output: string): Promise<Answer> {
  try {
    const answer = (await session.run(feeds, [output]))[output];
    if (answer?.data instanceof Float32Array) return { shape: answer.dims, values: answer.data };
  } catch (cause) {
    throw brokenModel('it fails on rows of its own shape', cause);
  }
  throw unsupportedModel(`its output "${output}" is no tensor of float32`, 'export it as float32');
}

/**
 * Weights in other files would be read from wherever the model says. Field numbers of onnx.proto:
 * a tensor's data_location is 14, 1 meaning outside.
 */
function requireWhole(model: Uint8Array): void {
  const graphs = [...messagesAt(model, 7)];
  for (let graph = graphs.pop(); graph; graph = graphs.pop()) {
    const attributes = messagesAt(graph, 1).flatMap((node) => messagesAt(node, 5));
    const tensors = [...messagesAt(graph, 5)];
    for (const attribute of attributes) {
      tensors.push(...messagesAt(attribute, 5), ...messagesAt(attribute, 10));
      graphs.push(...messagesAt(attribute, 6), ...messagesAt(attribute, 11));
    }
    const isOutside = tensors.some((tensor) =>
      fieldsOf(tensor).some(({ number, value }) => number === 14 && value === 1),
    );
    if (!isOutside) continue;
    throw unsupportedModel('it keeps weights in other files', 'export it with external_data=False');
  }
}
