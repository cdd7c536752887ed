/**
 * The layers of a network as a `GraphDef`, which TensorBoard draws.
 *
 * @see tensorboard/compat/proto/graph.proto, node_def.proto and attr_value.proto
 */
import type { LayerSpec } from '../../layers/layer-spec.ts';
import { wireLayers } from '../../layers/wire-layers.ts';
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
/** −1, the size of an axis that is not known, as an unsigned 64-bit integer. */
const UNKNOWN = Buffer.from([0x08, ...Array.from({ length: 9 }, () => 0xff), 0x01]);

export interface DrawnNetwork {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly layers: readonly LayerSpec[];
  /** One for each layer. */
  readonly shapes: readonly LayerShape[];
}

/** One node a layer, and one for each input. @throws TypeError where the layers cannot be wired */
export function layerGraph({ inputs, layers, shapes }: DrawnNetwork): Uint8Array {
  const names = inputs.map(({ name }) => name);
  const wiring = wireLayers(layers, names);
  if ('fault' in wiring) throw new TypeError(`layer ${wiring.index} ${wiring.fault.found}`);
  const { wires } = wiring;
  const nodes: GraphNode[] = [
    ...inputs.map(({ name, shape }) => ({
      ...{ name, op: 'Placeholder', inputs: [], outputShape: shape },
    })),
    ...wires.map(({ name, sources }, index) => {
      const { type, outputShape } = shapes[index] as LayerShape;
      const op = `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
      const read = sources.map((source) =>
        'input' in source ? names[source.input] : wires[source.layer]?.name,
      );
      return { name, op, inputs: read as string[], outputShape };
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
