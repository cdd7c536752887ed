import type { MetricName } from './metric-names.ts';
import { likeliestClass } from './metrics.ts';
import type { LabelledRows } from './weigh-metrics.ts';

/**
 * @param classes  their names.
 * @returns a function that says why a figure of these rows is undefined: over all rows, or of the
 * class with this index.
 */
export function whyUndefined(
  { labels, table }: Pick<LabelledRows, 'labels' | 'table'>,
  classes: readonly string[],
): (name: MetricName, of?: number) => string {
  const has = new Set(Array.from(labels));
  const predicted = new Set(
    Array.from({ length: table.rows }, (_, row) => likeliestClass(table, row)),
  );
  const named = (index: number) => JSON.stringify(classes[index] ?? String(index));
  return (name, of) => {
    const among = of === undefined ? [...classes.keys()] : [of];
    const lacking = (known: ReadonlySet<number>) => among.find((index) => !known.has(index));
    if (name.startsWith('precision')) {
      const missing = among.find(
        (index) => !predicted.has(index) && (of === index || has.has(index)),
      );
      return `no row is predicted as ${named(missing ?? 0)}`;
    }
    if (name.startsWith('recall')) {
      const missing = among.find(
        (index) => !has.has(index) && (of === index || predicted.has(index)),
      );
      return `no row is of the class ${named(missing ?? 0)}`;
    }
    if (name === 'f1') return `no row is of the class ${named(of ?? 0)}, or predicted as it`;
    if (name === 'kappa') return 'every row is of one class, and predicted as it';
    const absent = lacking(has);
    return absent === undefined
      ? `every row is of the class ${named(of ?? 0)}`
      : `no row is of the class ${named(absent)}`;
  };
}
