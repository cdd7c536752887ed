/** What a SavedModel says that it takes and gives. */
import { brokenModel, unsupportedModel } from '../import-fault.ts';
import { fieldsOf, messagesAt, textAt } from './protobuf-fields.ts';

export interface SignaturePort {
  readonly name: string;
  readonly type: 'float32' | 'int32';
  /** With the batch axis. */
  readonly shape: readonly (number | null)[];
}

export interface Signature {
  readonly inputs: readonly SignaturePort[];
  readonly outputs: readonly string[];
}

/** By DataType of TensorFlow's types.proto. */
const TYPES: Readonly<Record<number, SignaturePort['type']>> = { 1: 'float32', 3: 'int32' };

/**
 * @param tag  of the graph, such as `serve`.
 * @throws PipelineError `MODEL_UNSUPPORTED` for a signature that is not there, and for inputs that are
 * no numbers of 32 bits; `MODEL_INVALID`.
 */
export function readSignature(savedModel: Uint8Array, tag: string, wanted: string): Signature {
  const graph = messagesAt(savedModel, 2).find((metaGraph) =>
    messagesAt(metaGraph, 1).some((info) =>
      messagesAt(info, 4).some((bytes) => new TextDecoder().decode(bytes) === tag),
    ),
  );
  if (!graph) throw brokenModel(`it has no graph with the tag ${tag}`);
  const all = mapAt(graph, 5);
  const signature = all.get(wanted);
  if (!signature) {
    const found = `it has no signature "${wanted}"; it has ${[...all.keys()].join(', ')}`;
    throw unsupportedModel(found, 'name one of them as `signature`');
  }
  const inputs = [...mapAt(signature, 1)].map(([name, info]) => readPort(name, info));
  if (inputs.length === 0) throw brokenModel(`its signature "${wanted}" has no inputs`);
  return { inputs, outputs: [...mapAt(signature, 2).keys()] };
}

function readPort(name: string, info: Uint8Array): SignaturePort {
  const number = fieldsOf(info).find((field) => field.number === 2)?.value ?? 0;
  const type = TYPES[number];
  if (type === undefined) {
    const found = `its input "${name}" has the type ${number} of TensorFlow`;
    throw unsupportedModel(found, 'export a signature with inputs of float32 or int32');
  }
  const [shape = new Uint8Array()] = messagesAt(info, 3);
  const sizes = messagesAt(shape, 2).map((dimension) => {
    const size = fieldsOf(dimension).find((field) => field.number === 1)?.value ?? -1;
    // −1 is any size, and as an unsigned number beyond every other.
    return size > 0 && Number.isSafeInteger(size) ? size : null;
  });
  return { name, type, shape: sizes };
}

/** A map is a list of pairs: key 1, value 2. */
function mapAt(message: Uint8Array, field: number): ReadonlyMap<string, Uint8Array> {
  return new Map(
    messagesAt(message, field).map((entry) => [
      textAt(entry, 1),
      messagesAt(entry, 2)[0] ?? new Uint8Array(),
    ]),
  );
}
