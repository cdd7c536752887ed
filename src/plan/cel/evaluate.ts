/** Computes the value of a checked tree. Pure: the same variables give the same value. */
import { type Json, type JsonObject } from '../../json.ts';
import { operationOf } from './check-call.ts';
import { FORBIDDEN_KEYS } from './limits.ts';
import { CelFault, Meter } from './meter.ts';
import type { CelNode } from './node.ts';
import { takesValues } from './overload.ts';
import { isList, keysOf, kindOf, ownPart } from './values.ts';

/** Names that macros bind, the innermost first. */
interface Scope {
  readonly name: string;
  readonly value: Json;
  readonly outer: Scope | null;
}
type Node<Op extends CelNode['op']> = Extract<CelNode, { readonly op: Op }>;

/** @throws CelFault */
export function evaluateTree(
  tree: CelNode,
  variables: JsonObject,
  doubles: ReadonlySet<CelNode>,
): Json {
  const evaluation = new Evaluation(variables, doubles);
  const value = evaluation.value(tree, null);
  new Meter().walk(value);
  return value;
}

class Evaluation {
  readonly #variables: JsonObject;
  readonly #doubles: ReadonlySet<CelNode>;
  readonly #meter = new Meter();

  constructor(variables: JsonObject, doubles: ReadonlySet<CelNode>) {
    this.#variables = variables;
    this.#doubles = doubles;
  }

  value(node: CelNode, scope: Scope | null): Json {
    try {
      this.#meter.spend(1);
      return this.#compute(node, scope);
    } catch (error) {
      if (error instanceof CelFault) error.offset ??= node.start;
      throw error;
    }
  }

  #compute(node: CelNode, scope: Scope | null): Json {
    switch (node.op) {
      case 'literal':
        return node.value;
      case 'name':
        return this.#name(node.name, scope);
      case 'field':
        return partOf(this.value(node.of, scope), node.key);
      case 'has':
        return hasPart(this.value(node.of, scope), node.key);
      case 'index':
        return elementAt(this.value(node.of, scope), this.value(node.key, scope));
      case 'call':
        return this.#call(node, scope);
      case '&&':
      case '||':
        return this.#decide(node.op === '||', [
          () => this.#test(node.left, scope),
          () => this.#test(node.right, scope),
        ]);
      case 'choice':
        return this.value(this.#test(node.test, scope) ? node.then : node.otherwise, scope);
      case 'list':
        return node.items.map((item) => this.value(item, scope));
      case 'map':
        return this.#map(node, scope);
      case 'each':
        return this.#each(node, scope);
    }
  }

  #name(name: string, scope: Scope | null): Json {
    for (let inner = scope; inner; inner = inner.outer) if (inner.name === name) return inner.value;
    const value = ownPart(this.#variables, name);
    if (value === undefined) throw new CelFault(`\`${name}\` has no value here`);
    return value;
  }

  #test(node: CelNode, scope: Scope | null): boolean {
    const value = this.value(node, scope);
    if (typeof value === 'boolean') return value;
    const fault = new CelFault(`wants true or false, got ${describeValue(value)}`);
    fault.offset = node.start;
    throw fault;
  }

  /**
   * `||` and `exists` (of what decides: true), `&&` and `all` (false): one test that decides is
   * enough, whether or not another has no answer, so the order does not matter.
   *
   * @see CEL language definition, "Logical Operators"
   */
  #decide(deciding: boolean, tests: Iterable<() => boolean>): boolean {
    let fault: CelFault | null = null;
    for (const test of tests) {
      try {
        if (test() === deciding) return deciding;
      } catch (error) {
        if (!(error instanceof CelFault) || error.isLimit) throw error;
        fault ??= error;
      }
    }
    if (fault) throw fault;
    return !deciding;
  }

  #call(node: Node<'call'>, scope: Scope | null): Json {
    const args = node.args.map((arg) => this.value(arg, scope));
    const overload = operationOf(node)?.overloads.find((one) => takesValues(one, args));
    if (!overload) {
      const name = node.name === 'negate' ? '-' : node.name;
      throw new CelFault(`\`${name}\` does not take ${args.map(describeValue).join(' and ')}`);
    }
    return overload.run(args, { meter: this.#meter, isDouble: this.#doubles.has(node) });
  }

  #map({ entries }: Node<'map'>, scope: Scope | null): Json {
    const pairs = new Map<string, Json>();
    for (const { key, value } of entries) {
      const name = this.value(key, scope);
      if (typeof name !== 'string' || FORBIDDEN_KEYS.includes(name) || pairs.has(name)) {
        const fault = new CelFault(`${describeValue(name)} cannot be a key of this map`);
        fault.offset = key.start;
        throw fault;
      }
      pairs.set(name, this.value(value, scope));
    }
    return Object.fromEntries(pairs);
  }

  #each(node: Node<'each'>, outer: Scope | null): Json {
    const over = this.value(node.over, outer);
    const { variable: name, body, where } = node;
    const scopes = elementsIn(over).map((value): Scope => ({ name, value, outer }));
    this.#meter.spend(scopes.length);
    const isTrue = (scope: Scope): boolean => this.#test(body, scope);
    switch (node.macro) {
      case 'all':
      case 'exists':
        return this.#decide(
          node.macro === 'exists',
          scopes.map((scope) => () => isTrue(scope)),
        );
      case 'exists_one':
        return scopes.filter(isTrue).length === 1;
      case 'filter':
        return scopes.filter(isTrue).map(({ value }) => value);
      case 'map':
        return scopes
          .filter((scope) => !where || this.#test(where, scope))
          .map((scope) => this.value(body, scope));
    }
  }
}

function elementsIn(value: Json): readonly Json[] {
  if (isList(value)) return value;
  if (kindOf(value) === 'map') return keysOf(value);
  throw new CelFault(`wants a list or a map, got ${describeValue(value)}`);
}

function partOf(owner: Json, key: string): Json {
  const part = ownPart(owner, key);
  if (part !== undefined) return part;
  throw new CelFault(`${describeValue(owner)} has no "${key}"`);
}

function hasPart(owner: Json, key: string): boolean {
  if (kindOf(owner) !== 'map') throw new CelFault(`${describeValue(owner)} has no parts`);
  return ownPart(owner, key) !== undefined;
}

function elementAt(owner: Json, key: Json): Json {
  if (typeof key === 'string') return partOf(owner, key);
  if (!isList(owner) || typeof key !== 'number' || !Number.isInteger(key)) {
    throw new CelFault(`${describeValue(owner)} has no parts by ${describeValue(key)}`);
  }
  const element = key < 0 ? undefined : owner[key];
  if (element !== undefined) return element;
  throw new CelFault(`the list has ${owner.length} elements, none at ${key}`);
}

/** Without the text itself, which may be what nobody is to see. */
function describeValue(value: Json): string {
  const kind = kindOf(value);
  if (kind === 'list' || kind === 'map') return `a ${kind}`;
  return kind === 'string' ? 'text' : String(value);
}
