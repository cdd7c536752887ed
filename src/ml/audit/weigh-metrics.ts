/** All figures of a classifier, for rows that count a whole number of times. */
import { binOf } from './calibration.ts';
import { confusionMetrics } from './confusion-metrics.ts';
import { METRIC_NAMES, type ClassMetric, type MetricName } from './metric-names.ts';
import { likeliestClass, type ProbabilityTable } from './metrics.ts';
import { rankClasses, weightedMean } from './one-vs-rest.ts';
import { brierOfRow, logLossOfRow } from './probability-losses.ts';
import { curveAreas, type CurveAreas, type RankedScores } from './ranked-scores.ts';

export interface WeighedMetrics {
  readonly accuracy: number;
  /** NaN where undefined. */
  readonly metrics: Readonly<Record<MetricName, number>>;
  readonly perClass: readonly Readonly<Record<ClassMetric, number>>[];
}

export interface LabelledRows {
  /** `[rows]`, true class indices; at least one. */
  readonly labels: ArrayLike<number>;
  readonly table: ProbabilityTable;
  /** Of the expected calibration error. */
  readonly calibrationBins: number;
}

interface PreparedRows {
  readonly classes: number;
  readonly ranked: readonly RankedScores[];
  /** `[rows]`, its place in the confusion counts, and its bin of confidence. */
  readonly cells: Int32Array;
  readonly bins: Int32Array;
  readonly binCount: number;
  /** `[rows]`: right (1 or 0) minus confidence, log loss, Brier score. */
  readonly excess: Float64Array;
  readonly logLoss: Float64Array;
  readonly brier: Float64Array;
}

/**
 * Whatever does not depend on the weights is computed once: rows are ranked, so that areas under
 * curves are sums of counts.
 *
 * @returns a function of `[rows]` weights, such as how often each row was drawn.
 */
export function weighMetrics(rows: LabelledRows): (weights: ArrayLike<number>) => WeighedMetrics {
  const prepared = prepare(rows);
  return (weights) => {
    const { confusion, total, losses } = sumRows(prepared, weights);
    const areas = prepared.ranked.map((one) => curveAreas(one, weights));
    const metrics = {
      ...confusionMetrics(confusion, prepared.classes),
      ...losses,
      ...joined(areas),
    };
    return {
      accuracy: rightIn(confusion, prepared.classes) / total,
      metrics: Object.fromEntries(METRIC_NAMES.map((name) => [name, metrics[name]])) as Record<
        MetricName,
        number
      >,
      perClass: areas.map((area, index) => classMetrics(confusion, area, index)),
    };
  };
}

function prepare({ labels, table, calibrationBins }: LabelledRows): PreparedRows {
  const { rows, classes, values } = table;
  const rowsOf = { length: rows };
  const labelOf = (row: number) => labels[row] ?? NaN;
  const predicted = Int32Array.from(rowsOf, (_, row) => likeliestClass(table, row));
  const confidence = Float64Array.from(
    predicted,
    (best, row) => values[row * classes + best] ?? NaN,
  );
  return {
    classes,
    ranked: rankClasses(labels, table),
    cells: predicted.map((best, row) => labelOf(row) * classes + best),
    bins: Int32Array.from(confidence, (value) => binOf(value, calibrationBins)),
    binCount: calibrationBins,
    excess: confidence.map((value, row) => (labelOf(row) === predicted[row] ? 1 : 0) - value),
    logLoss: Float64Array.from(rowsOf, (_, row) => logLossOfRow(labelOf(row), table, row)),
    brier: Float64Array.from(rowsOf, (_, row) => brierOfRow(labelOf(row), table, row)),
  };
}

function sumRows(rows: PreparedRows, weights: ArrayLike<number>) {
  const confusion = new Float64Array(rows.classes ** 2);
  const gaps = new Float64Array(rows.binCount);
  let [total, logLoss, brier] = [0, 0, 0];
  for (let row = 0; row < rows.cells.length; row += 1) {
    const weight = weights[row] as number;
    if (weight === 0) continue;
    const [cell, bin] = [rows.cells[row] as number, rows.bins[row] as number];
    confusion[cell] = (confusion[cell] as number) + weight;
    gaps[bin] = (gaps[bin] as number) + weight * (rows.excess[row] as number);
    total += weight;
    logLoss += weight * (rows.logLoss[row] as number);
    brier += weight * (rows.brier[row] as number);
  }
  const gap = gaps.reduce((sum, value) => sum + Math.abs(value), 0);
  const losses = {
    logLoss: logLoss / total,
    brier: brier / total,
    expectedCalibrationError: gap / total,
  };
  return { confusion, total, losses };
}

/** NaN of one class makes the mean undefined, as it should. */
function joined(areas: readonly CurveAreas[]) {
  const rows = areas.map(({ positives }) => positives);
  const once = areas.map(() => 1);
  const roc = areas.map((area) => area.roc);
  const pr = areas.map((area) => area.averagePrecision);
  return {
    rocAuc: weightedMean(roc, once),
    rocAucWeighted: weightedMean(roc, rows),
    prAuc: weightedMean(pr, once),
    prAucWeighted: weightedMean(pr, rows),
  };
}

function rightIn(confusion: Float64Array, classes: number): number {
  let right = 0;
  for (let at = 0; at < confusion.length; at += classes + 1) right += confusion[at] as number;
  return right;
}

function classMetrics(
  confusion: Float64Array,
  { positives, roc, averagePrecision }: CurveAreas,
  index: number,
): Record<ClassMetric, number> {
  const classes = Math.sqrt(confusion.length);
  let predicted = 0;
  for (let at = index; at < confusion.length; at += classes) predicted += confusion[at] as number;
  const right = confusion[index * classes + index] as number;
  return {
    precision: right / predicted,
    recall: right / positives,
    f1: (2 * right) / (positives + predicted),
    rocAuc: roc,
    prAuc: averagePrecision,
  };
}
