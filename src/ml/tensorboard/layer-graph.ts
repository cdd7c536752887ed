/**
 * The layers of a network as a `GraphDef`, which TensorBoard draws.
 *
 * @see tensorboard/compat/proto/graph.proto, node_def.proto and attr_value.proto
 */
import type { LayerShape } from '../architectures/infer-shapes.ts';
import { integer, message, text } from './protobuf.ts';

interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of the nodes before it. */
  readonly inputs: readonly string[];
  /** Without the batch axis. */
  readonly outputShape: readonly number[];
}

/** What TensorFlow 2 writes; no reader of graphs looks at it closely. */
const PRODUCER = 1482;
const INPUT = 'input';
/** −1, the size of an axis that is not known, as an unsigned 64-bit integer. */
const UNKNOWN = Buffer.from([0x08, ...Array.from({ length: 9 }, () => 0xff), 0x01]);

/** One node a layer, and one for the input. */
export function layerGraph(
  inputShape: readonly number[],
  layers: readonly LayerShape[],
): Uint8Array {
  const names = [INPUT, ...layers.map(({ name }) => name)];
  const nodes: GraphNode[] = [
    { name: INPUT, op: 'Placeholder', inputs: [], outputShape: inputShape },
    ...layers.map(({ name, type, outputShape }, index) => {
      const op = `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
      return { name, op, inputs: [names[index] as string], outputShape };
    }),
  ];
  return Buffer.concat([...nodes.map(encodeNode), message(4, integer(1, PRODUCER))]);
}

function encodeNode({ name, op, inputs, outputShape }: GraphNode): Buffer {
  const sizes = outputShape.map((size) => message(2, integer(1, size)));
  const shape = message(7, message(2, UNKNOWN), ...sizes);
  return message(
    1,
    text(1, name),
    text(2, op),
    ...inputs.map((input) => text(3, input)),
    // A map's entry: the key, and an AttrValue with a list of one shape.
    message(5, text(1, '_output_shapes'), message(2, message(1, shape))),
  );
}
