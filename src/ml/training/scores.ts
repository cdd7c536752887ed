/** How well logits fit labels, summed over rows so that batches add up. */

export interface Scores {
  /** Those that count: of texts, the places that are there. */
  readonly rows: number;
  /** Sum of the rows' cross-entropies, in nats. */
  readonly lossSum: number;
  /** By class: rows of the class that are right; rows predicted as it; rows of it. Empty: none yet. */
  readonly hits: readonly number[];
  readonly predicted: readonly number[];
  readonly actual: readonly number[];
  /** Of several tasks, the scores of each. */
  readonly tasks?: readonly Scores[];
}

export interface ScoreSummary {
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** Share of rows whose likeliest class (the first of equals) is the true one. */
  readonly accuracy: number;
  /** Mean over the classes that have a row or a prediction of 2·hits / (predicted + actual). */
  readonly f1: number;
}

export const NO_SCORES: Scores = { rows: 0, lossSum: 0, hits: [], predicted: [], actual: [] };

/**
 * @param logits  `[rows, classes]`.
 * @param labels  `[rows]`, class indices.
 * @param ignored  a label whose rows do not count: padding. @default every row counts
 */
export function scoreRows(
  logits: Float32Array,
  labels: Int32Array,
  { classes, ignored }: { readonly classes: number; readonly ignored?: number | undefined },
): Scores {
  const [hits, predicted, actual] = [0, 1, 2].map(() => new Array<number>(classes).fill(0));
  const count = (counts: number[] | undefined, index: number) => {
    if (counts) counts[index] = (counts[index] as number) + 1;
  };
  let lossSum = 0;
  let rows = 0;
  labels.forEach((label, row) => {
    if (label === ignored) return;
    rows += 1;
    const z = logits.subarray(row * classes, (row + 1) * classes);
    let best = 0;
    for (let k = 1; k < classes; k += 1) if ((z[k] as number) > (z[best] as number)) best = k;
    const largest = z[best] as number;
    let sum = 0;
    for (let k = 0; k < classes; k += 1) sum += Math.exp((z[k] as number) - largest);
    lossSum += Math.log(sum) + largest - (z[label] as number);
    count(predicted, best);
    count(actual, label);
    if (best === label) count(hits, label);
  });
  return {
    rows,
    lossSum,
    hits: hits ?? [],
    predicted: predicted ?? [],
    actual: actual ?? [],
  };
}

/** Tasks are told apart by their place; scores of none have none. */
export function addScores(one: Scores, other: Scores): Scores {
  const sum = addPlain(one, other);
  const [a, b] = [one.tasks, other.tasks];
  if (!a || !b) return a || b ? { ...sum, tasks: (a ?? b) as readonly Scores[] } : sum;
  return { ...sum, tasks: a.map((task, index) => addPlain(task, b[index] as Scores)) };
}

function addPlain(one: Scores, other: Scores): Scores {
  const sum = (a: readonly number[], b: readonly number[]) =>
    (a.length > 0 ? a : b).map((_, index) => (a[index] ?? 0) + (b[index] ?? 0));
  return {
    rows: one.rows + other.rows,
    lossSum: one.lossSum + other.lossSum,
    hits: sum(one.hits, other.hits),
    predicted: sum(one.predicted, other.predicted),
    actual: sum(one.actual, other.actual),
  };
}

/** @param scores  of at least one row. */
export function summarise({ rows, lossSum, hits, predicted, actual }: Scores): ScoreSummary {
  const ratios = hits.flatMap((hit, index) => {
    const size = (predicted[index] as number) + (actual[index] as number);
    return size > 0 ? [(2 * hit) / size] : [];
  });
  const correct = hits.reduce((sum, hit) => sum + hit, 0);
  const f1 = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return { loss: lossSum / rows, accuracy: correct / rows, f1 };
}
