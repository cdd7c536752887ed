/**
 * Keras 3 writes how masks of padding are computed into a functional model, as operations beside its
 * layers. Ours are made by the embeddings themselves, so that these need no counterpart.
 */
import { isJsonObject, type Json, type JsonObject } from '../../../json.ts';
import type { Call } from './read-calls.ts';
import { newTensor } from './read-calls.ts';

export class MaskOperations {
  readonly #names = new Set<string>();

  /** @returns whether it makes a mask: `x ≠ 0` of tokens, or masks that are joined. */
  take(item: JsonObject): boolean {
    const { class_name: className, name, inbound_nodes: nodes } = item;
    const node = Array.isArray(nodes) && nodes.length === 1 ? (nodes[0] as Json) : null;
    const args = isJsonObject(node) ? node['args'] : null;
    if (typeof name !== 'string' || !Array.isArray(args) || args.length !== 2) return false;
    const [first, second] = args.map((arg: Json) => newTensor(arg, name) ?? arg);
    const isMask =
      className === 'NotEqual'
        ? typeof first === 'string' && second === 0
        : (className === 'LogicalOr' || className === 'LogicalAnd') &&
          [first, second].every((arg) => typeof arg === 'string' && this.#names.has(arg));
    if (isMask) this.#names.add(name);
    return isMask;
  }

  /** Takes masks out of what a layer is called with. */
  strip(call: Call): Call & { readonly isMasked: boolean } {
    const named = Object.entries(call.named).filter(
      ([key, tensor]) => !(/^(.*_)?mask$/.test(key) && this.#names.has(tensor)),
    );
    const isMasked = named.length < Object.keys(call.named).length;
    return { ...call, named: Object.fromEntries(named), isMasked };
  }
}
