/**
 * A SavedModel is a program. What would reach beyond its tensors is refused before TensorFlow sees it.
 *
 * Field numbers are those of TensorFlow's saved_model.proto, meta_graph.proto, graph.proto,
 * function.proto, node_def.proto and attr_value.proto.
 */
import { unsupportedModel } from '../import-fault.ts';
import { fieldsOf, messagesAt, textAt } from './protobuf-fields.ts';

/** Files, processes, other machines, Python. */
const REACHING =
  /^(ReadFile|WriteFile|MatchingFiles|.*PyFunc.*|.*Dataset.*|.*Iterator.*|.*Reader.*|Print(V2)?|Debug.*|.*TableFromTextFile.*|LookupTableExport.*|.*Summary.*|_?Send|_?Recv|_?Host(Send|Recv)|RemoteCall|RemoteFusedGraphExecute|Save.*|MergeV2Checkpoints|Checkpoint.*|.*Rpc.*|.*TPU.*|Batch(Function)?|AudioSummary.*|Decode(Video|Proto.*)|EncodeProto)$/;
/** What reads the model's own variables. */
const RESTORING = /^Restore(V2|Slice)?$/;

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  /** Functions that it calls. */
  readonly calls: readonly string[];
}

interface Graph {
  readonly nodes: ReadonlyMap<string, Node>;
  /** What the functions of a library consist of. */
  readonly functions: ReadonlyMap<string, readonly Node[]>;
  /** Nodes that answer, and those that make the model ready. */
  readonly roots: readonly string[];
  readonly restoring: readonly string[];
}

/**
 * Looks at all that an answer, or loading, can run; what only saves a model is left alone.
 *
 * @throws PipelineError `MODEL_UNSUPPORTED` naming the operation; `MODEL_INVALID`.
 */
export function requireHarmless(savedModel: Uint8Array): void {
  for (const metaGraph of messagesAt(savedModel, 2)) {
    const graph = readGraph(metaGraph);
    refuse(opsFrom(graph, graph.roots), (op) => REACHING.test(op) || RESTORING.test(op));
    refuse(opsFrom(graph, graph.restoring), (op) => REACHING.test(op));
  }
}

function refuse(ops: ReadonlySet<string>, isRefused: (op: string) => boolean): void {
  const found = [...ops].find(isRefused);
  if (found === undefined) return;
  throw unsupportedModel(
    `it runs the operation ${found}, which reaches beyond its tensors`,
    'export a signature that takes tensors and computes with them alone',
  );
}

function readGraph(metaGraph: Uint8Array): Graph {
  const [graphDef = new Uint8Array()] = messagesAt(metaGraph, 2);
  const named = messagesAt(graphDef, 1).map((node) => [textAt(node, 1), readNode(node)] as const);
  const functions = messagesAt(graphDef, 2)
    .flatMap((library) => messagesAt(library, 1))
    .map((definition) => {
      const [signature = new Uint8Array()] = messagesAt(definition, 1);
      return [textAt(signature, 1), messagesAt(definition, 3).map(readNode)] as const;
    });
  const [saver = new Uint8Array()] = messagesAt(metaGraph, 3);
  // A signature's outputs, those of the one that initialises among them.
  const outputs = messagesAt(metaGraph, 5)
    .flatMap((entry) => messagesAt(entry, 2))
    .flatMap((signature) => messagesAt(signature, 2))
    .flatMap((entry) => messagesAt(entry, 2))
    .map((tensor) => textAt(tensor, 1));
  const collected = messagesAt(metaGraph, 4).flatMap(nodesOfCollection);
  return {
    nodes: new Map(named),
    functions: new Map(functions),
    roots: [...outputs, ...collected],
    restoring: [textAt(saver, 3)],
  };
}

/** Older models name what initialises them in a collection: node_list is field 1 of its value. */
function nodesOfCollection(entry: Uint8Array): readonly string[] {
  return messagesAt(entry, 2)
    .flatMap((collection) => messagesAt(collection, 1))
    .flatMap((list) => messagesAt(list, 1))
    .map((bytes) => new TextDecoder().decode(bytes));
}

function readNode(node: Uint8Array): Node {
  return {
    op: textAt(node, 2),
    inputs: messagesAt(node, 3).map((bytes) => new TextDecoder().decode(bytes)),
    calls: messagesAt(node, 5)
      .flatMap((entry) => messagesAt(entry, 2))
      .flatMap(functionsOf),
  };
}

/** AttrValue: func is field 10, list is field 1, whose funcs are field 9. */
function functionsOf(value: Uint8Array): readonly string[] {
  return fieldsOf(value).flatMap(({ number, bytes }) => {
    if (number === 10) return [textAt(bytes, 1)];
    return number === 1 ? messagesAt(bytes, 9).map((func) => textAt(func, 1)) : [];
  });
}

function opsFrom({ nodes, functions }: Graph, roots: readonly string[]): ReadonlySet<string> {
  const ops = new Set<string>();
  const seen = new Set<string>();
  const open = roots.map(nodeName);
  const called: string[] = [];
  const visit = (node: Node): void => {
    ops.add(node.op);
    // An op may be the name of a function.
    called.push(node.op, ...node.calls);
  };
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = nodes.get(name);
    if (!node || seen.has(name)) continue;
    seen.add(name);
    visit(node);
    open.push(...node.inputs.map(nodeName));
  }
  const opened = new Set<string>();
  for (let name = called.pop(); name !== undefined; name = called.pop()) {
    if (opened.has(name)) continue;
    opened.add(name);
    functions.get(name)?.forEach(visit);
  }
  return ops;
}

/** `^name` and `name:1` → `name`. */
const nodeName = (tensor: string): string => tensor.replace(/^\^/, '').replace(/:\d+$/, '');
