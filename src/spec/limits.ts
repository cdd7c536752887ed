/** Bounds on a pipeline file; each keeps hostile or broken input from costing more than an error. */
export const LIMITS = {
  sizeBytes: 1_048_576,
  /**
   * Nested lists and maps. Far fewer than the ~900 nested `[` with which yaml 2.9.1 aborts the
   * whole process inside V8's regular-expression compiler on Node 20 and 22.
   */
  depth: 64,
  keys: 50_000,
  tokens: 400_000,
  /** Errors shown for one file. */
  errors: 100,
} as const;

/** Would reach into prototypes of plain objects. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'prototype',
]);
