/** Takes apart what TensorFlow.js' converter joined where a backend cannot compute it joined. */
import { isJsonObject, type Json, type JsonObject } from '../../../json.ts';

const FUSED: Readonly<Record<string, string>> = { _FusedMatMul: 'MatMul', _FusedConv2D: 'Conv2D' };
/** Activations that every backend has in its joined kernels. */
const EVERYWHERE: readonly string[] = ['Relu', 'Relu6', 'Elu', 'Prelu', 'LeakyRelu', 'Sigmoid'];
/** Of these alone a node is made again. */
const BIAS = 'BiasAdd';

/**
 * A product or convolution with bias and an activation that the native backend lacks, such as tanh,
 * becomes three nodes, the last of which has the old name.
 *
 * @param topology  a graph as `model.json` has it.
 */
export function unfuse(topology: JsonObject): JsonObject {
  const nodes = topology['node'];
  if (!Array.isArray(nodes)) return topology;
  const apart: Json[] = (nodes as readonly Json[]).flatMap((node): Json[] =>
    isJsonObject(node) ? [...takeApart(node)] : [node],
  );
  return { ...topology, node: apart };
}

function takeApart(node: JsonObject): readonly JsonObject[] {
  const { op, name, input, attr } = node;
  const single = typeof op === 'string' && Object.hasOwn(FUSED, op) ? FUSED[op] : undefined;
  if (single === undefined || !Array.isArray(input) || !isJsonObject(attr)) return [node];
  const [bias, activation, ...more] = fusedOps(attr);
  if (bias !== BIAS || activation === undefined || more.length > 0) return [node];
  if (EVERYWHERE.includes(activation) || input.length !== 3) return [node];
  const inner = `${String(name)}/unfused`;
  const biased = `${String(name)}/biased`;
  const type = attr['T'] === undefined ? {} : { T: attr['T'] };
  const { fused_ops: _ops, num_args: _count, ...own } = attr;
  return [
    { ...node, op: single, name: inner, input: input.slice(0, 2) as Json[], attr: own },
    { name: biased, op: BIAS, input: [inner, input[2] as Json], attr: type },
    { name: name as Json, op: activation, input: [biased], attr: type },
  ];
}

/** Base64 of their names. */
function fusedOps({ fused_ops: ops }: JsonObject): readonly string[] {
  const list = isJsonObject(ops) ? ops['list'] : undefined;
  const names = isJsonObject(list) ? list['s'] : undefined;
  if (!Array.isArray(names)) return [];
  return names.map((name: Json) => Buffer.from(String(name), 'base64').toString('latin1'));
}
