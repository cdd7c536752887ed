/** How much an expression may be and do. Counted, never timed: the same on every machine. */
export const LIMITS = {
  /** UTF-16 code units. */
  sourceLength: 4096,
  nodes: 1000,
  /** Brackets, dots and branches within one another, which bounds the parser's recursion. */
  nesting: 48,
  /** Levels of the tree, `a + b + c` counting each `+`. */
  depth: 128,
  problems: 20,
  /** A step is a node evaluated, an element looked at or 64 characters moved. */
  steps: 100_000,
  /** UTF-16 code units of a text, and of a result as JSON. */
  textLength: 1_048_576,
  /** Levels of a value. */
  valueDepth: 128,
  rangeLength: 10_000,
  patternLength: 256,
} as const;

/** As in a pipeline file: as a key of a map they could change what other code finds there. */
export const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];
