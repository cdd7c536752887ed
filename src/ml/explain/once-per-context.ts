import type { ExplainContext } from './local-method.ts';

/** Makes what all rows of a step share when the first of them asks, and keeps it for the others. */
export function oncePerContext<T>(
  make: (context: ExplainContext) => T,
): (context: ExplainContext) => T {
  const made = new WeakMap<ExplainContext, { readonly value: T }>();
  return (context) => {
    const known = made.get(context) ?? { value: make(context) };
    made.set(context, known);
    return known.value;
  };
}
