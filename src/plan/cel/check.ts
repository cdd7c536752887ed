/** Gives every node of a tree its type, and finds what cannot be. */
import {
  alternatives,
  BOOL,
  type CelType,
  couldBe,
  describeType,
  DOUBLE,
  DYN,
  elementsOf,
  INT,
  NULL,
  smallEnough,
  unionOf,
} from './cel-type.ts';
import { checkCall } from './check-call.ts';
import { LIMITS } from './limits.ts';
import type { CelNode, Macro } from './node.ts';
import type { CelProblem } from './problem.ts';
import { staticPath } from './references.ts';

/** The types of variables by name; `null`: any name may be used, and is `dyn`. */
export type CelEnvironment = ReadonlyMap<string, CelType> | null;

export interface Checked {
  readonly type: CelType;
  /** In the order in which they were found; at most 20. */
  readonly problems: readonly CelProblem[];
  /** Calls whose result is no whole number for certain. */
  readonly doubles: ReadonlySet<CelNode>;
}

export function checkTree(tree: CelNode, environment: CelEnvironment): Checked {
  const checker = new Checker(environment);
  const type = checker.check(tree, new Map());
  return { type, problems: checker.problems, doubles: checker.doubles };
}

type Scope = ReadonlyMap<string, CelType>;
type Node<Op extends CelNode['op']> = Extract<CelNode, { readonly op: Op }>;

class Checker {
  readonly problems: CelProblem[] = [];
  readonly doubles = new Set<CelNode>();
  readonly #environment: CelEnvironment;

  constructor(environment: CelEnvironment) {
    this.#environment = environment;
  }

  /** `dyn` where something is wrong, so that it is told once. */
  check(node: CelNode, scope: Scope): CelType {
    switch (node.op) {
      case 'literal':
        return typeOfLiteral(node);
      case 'name':
        return this.#name(node, scope);
      case 'field':
        return this.#part(node, this.check(node.of, scope), node);
      case 'has':
        this.#part(node, this.check(node.of, scope), node);
        return BOOL;
      case 'index':
        return this.#index(node, scope);
      case 'call':
        return this.#call(node, scope);
      case '&&':
      case '||':
        this.#condition(node.left, scope, `\`${node.op}\``);
        this.#condition(node.right, scope, `\`${node.op}\``);
        return BOOL;
      case 'choice':
        this.#condition(node.test, scope, '`?`');
        return unionOf([this.check(node.then, scope), this.check(node.otherwise, scope)]);
      case 'list':
        return this.#list(node, scope);
      case 'map':
        return this.#map(node, scope);
      case 'each':
        return this.#each(node, scope);
    }
  }

  #fail(problem: CelProblem): CelType {
    if (this.problems.length < LIMITS.problems) this.problems.push(problem);
    return DYN;
  }

  #condition(node: CelNode, scope: Scope, who: string): void {
    const type = this.check(node, scope);
    if (couldBe(type, 'bool')) return;
    const message = `${who} wants true or false, but this is ${describeType(type)}`;
    this.#fail({ message, offset: node.start });
  }

  #name(node: Node<'name'>, scope: Scope): CelType {
    const { name, start: offset } = node;
    const type = scope.get(name) ?? (this.#environment ? this.#environment.get(name) : DYN);
    if (type) return type;
    const known = [...scope.keys(), ...(this.#environment?.keys() ?? [])];
    const message = `"${name}" is not known here`;
    return this.#fail({ message, offset, unknown: { path: [name], of: 'variable', known } });
  }

  /** @param place  `key` and where it stands */
  #part(
    node: CelNode & { readonly of: CelNode },
    owner: CelType,
    { key, at }: { readonly key: string; readonly at: number },
  ): CelType {
    const found: CelType[] = [];
    let isMap = false;
    for (const type of alternatives(owner)) {
      if (type.kind === 'dyn') return DYN;
      isMap ||= type.kind === 'map' || type.kind === 'record';
      if (type.kind === 'map') found.push(type.values);
      if (type.kind !== 'record') continue;
      const part = type.fields.get(key) ?? type.rest;
      if (part) found.push(part);
    }
    if (found.length > 0) return unionOf(found);
    if (!isMap) return this.#fail({ ...noParts(owner, key), offset: at });
    const parent = staticPath(node.of);
    const path = [...(parent ?? []), key];
    const message = `${parent ? parent.join('.') : 'the map'} has no "${key}"`;
    const known = keysOfType(owner);
    return this.#fail({ message, offset: at, unknown: { path, of: 'part', known } });
  }

  #index(node: Node<'index'>, scope: Scope): CelType {
    const owner = this.check(node.of, scope);
    const key = this.check(node.key, scope);
    const at = node.key.start;
    if (
      node.key.op === 'literal' &&
      typeof node.key.value === 'string' &&
      !couldBe(owner, 'list')
    ) {
      return this.#part(node, owner, { key: node.key.value, at });
    }
    const found = alternatives(owner).flatMap((type) => elementsAt(type, key));
    if (found.length > 0) return unionOf(found);
    const message = `${describeType(owner)} has no parts by ${describeType(key)}`;
    return this.#fail({ message, offset: at });
  }

  #call(node: Node<'call'>, scope: Scope): CelType {
    const types = node.args.map((arg) => this.check(arg, scope));
    const result = checkCall(node, types);
    if ('message' in result) return this.#fail(result);
    if (result.kind === 'double') this.doubles.add(node);
    return result;
  }

  #list({ items }: Node<'list'>, scope: Scope): CelType {
    const types = items.map((item) => this.check(item, scope));
    return smallEnough({ kind: 'list', items: unionOf(types) });
  }

  #map({ entries }: Node<'map'>, scope: Scope): CelType {
    const fields = new Map<string, CelType>();
    let rest: CelType | null = null;
    for (const { key, value } of entries) {
      const keyType = this.check(key, scope);
      const type = this.check(value, scope);
      if (!couldBe(keyType, 'string')) {
        const message = `the key of a map must be text, but this is ${describeType(keyType)}`;
        this.#fail({ message, offset: key.start, remedy: 'JSON has no other keys' });
      } else if (key.op !== 'literal' || typeof key.value !== 'string') {
        rest = rest ? unionOf([rest, type]) : type;
      } else if (fields.has(key.value)) {
        this.#fail({ message: `the key "${key.value}" is there twice`, offset: key.start });
      } else {
        fields.set(key.value, type);
      }
    }
    return smallEnough({ kind: 'record', fields, rest });
  }

  #each(node: Node<'each'>, scope: Scope): CelType {
    const { over, macro, variable, where, body } = node;
    const type = this.check(over, scope);
    const elements = elementsOf(type);
    if (!elements) {
      const message = `\`${macro}\` wants a list or a map, but this is ${describeType(type)}`;
      this.#fail({ message, offset: over.start });
    }
    const inner = new Map([...scope, [variable, elements ?? DYN]]);
    if (where) this.#condition(where, inner, `\`${macro}\``);
    if (macro === 'map') {
      return smallEnough({ kind: 'list', items: this.check(body, inner) });
    }
    this.#condition(body, inner, `\`${macro}\``);
    return typeOfMacro(macro, elements ?? DYN);
  }
}

const typeOfMacro = (macro: Macro, elements: CelType): CelType =>
  macro === 'filter' ? { kind: 'list', items: elements } : BOOL;

function typeOfLiteral({ value, isInt }: Node<'literal'>): CelType {
  if (value === null) return NULL;
  if (typeof value === 'string') return { kind: 'string', values: [value] };
  if (typeof value === 'boolean') return BOOL;
  return isInt ? INT : DOUBLE;
}

/** Looked up for the message alone: `steps` may have thousands of parts. */
const keysOfType = (owner: CelType): readonly string[] => [
  ...new Set(
    alternatives(owner).flatMap((type) => (type.kind === 'record' ? [...type.fields.keys()] : [])),
  ),
];

function noParts(owner: CelType, key: string): { message: string; remedy?: string } {
  const message = `${describeType(owner)} has no part "${key}"`;
  if (owner.kind !== 'artifact') return { message };
  return { message, remedy: 'an artifact can only be passed on' };
}

function elementsAt(owner: CelType, key: CelType): readonly CelType[] {
  if (owner.kind === 'dyn') return couldBe(key, 'int') || couldBe(key, 'string') ? [DYN] : [];
  if (owner.kind === 'list') return couldBe(key, 'int') ? [owner.items] : [];
  if (!couldBe(key, 'string')) return [];
  if (owner.kind === 'map') return [owner.values];
  if (owner.kind !== 'record') return [];
  return [...owner.fields.values(), ...(owner.rest ? [owner.rest] : [])];
}
