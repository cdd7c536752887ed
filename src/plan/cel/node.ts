/** The tree of an expression. Types only. */

/** Offsets in the expression's text, in UTF-16 code units; `end` is the first after it. */
interface Place {
  readonly start: number;
  readonly end: number;
}

export type Macro = 'all' | 'exists' | 'exists_one' | 'filter' | 'map';

export interface MapEntry {
  readonly key: CelNode;
  readonly value: CelNode;
}

export type CelNode = Place &
  (
    | {
        readonly op: 'literal';
        readonly value: null | boolean | number | string;
        /** `2` as opposed to `2.0`. */
        readonly isInt: boolean;
      }
    | { readonly op: 'name'; readonly name: string }
    /** `of.key`, and `has(of.key)`; `at` is where the key stands. */
    | {
        readonly op: 'field' | 'has';
        readonly of: CelNode;
        readonly key: string;
        readonly at: number;
      }
    | { readonly op: 'index'; readonly of: CelNode; readonly key: CelNode }
    /** Of a method, the first argument is what stands before the dot. */
    | {
        readonly op: 'call';
        readonly name: string;
        readonly style: 'operator' | 'function' | 'method';
        readonly args: readonly CelNode[];
      }
    | { readonly op: '&&' | '||'; readonly left: CelNode; readonly right: CelNode }
    | {
        readonly op: 'choice';
        readonly test: CelNode;
        readonly then: CelNode;
        readonly otherwise: CelNode;
      }
    | { readonly op: 'list'; readonly items: readonly CelNode[] }
    | { readonly op: 'map'; readonly entries: readonly MapEntry[] }
    /** `over.macro(variable, where, body)`; `where` only in `map` with three. */
    | {
        readonly op: 'each';
        readonly macro: Macro;
        readonly over: CelNode;
        readonly variable: string;
        readonly where: CelNode | null;
        readonly body: CelNode;
      }
  );
