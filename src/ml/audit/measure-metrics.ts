/** All figures of a classifier with bootstrap intervals. */
import type { CounterRandom } from '../random.ts';
import type { MeasuredFigure } from './audit-report.ts';
import { quantile, type Interval } from './bootstrap.ts';
import { CLASS_METRICS, METRIC_NAMES, type ClassMetric, type MetricName } from './metric-names.ts';
import { whyUndefined } from './why-undefined.ts';
import { weighMetrics, type LabelledRows, type WeighedMetrics } from './weigh-metrics.ts';

export interface MeasuredMetrics {
  readonly accuracy: { readonly value: number } & Interval;
  readonly metrics: Readonly<Record<MetricName, MeasuredFigure>>;
  /** In class order. */
  readonly perClass: readonly Readonly<Record<ClassMetric, MeasuredFigure>>[];
}

export interface MeasureOptions {
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Resamples, at least 1. */
  readonly samples: number;
  /** Share of resamples inside an interval, such as 0.95. */
  readonly confidence: number;
  readonly random: CounterRandom;
  /** Called between resamples, now and then: a place to breathe, and to stop by throwing. */
  readonly pause?: () => Promise<void>;
}

const SAMPLES_BETWEEN_PAUSES = 50;

/**
 * Every figure is taken of the same resamples, whose rows are drawn with replacement; a resample is
 * how often each row was drawn.
 */
export async function measureMetrics(
  rows: LabelledRows,
  options: MeasureOptions,
): Promise<MeasuredMetrics> {
  const weigh = weighMetrics(rows);
  const count = rows.labels.length;
  const point = flatten(weigh(new Int32Array(count).fill(1)));
  const drawn = point.map(() => new Float64Array(options.samples));
  for (let sample = 0; sample < options.samples; sample += 1) {
    if (sample % SAMPLES_BETWEEN_PAUSES === 0) await options.pause?.();
    const figures = flatten(weigh(drawRows(count, options.random)));
    drawn.forEach((values, index) => (values[sample] = figures[index] ?? NaN));
  }
  const reasonOf = whyUndefined(rows, options.classes);
  const figure = (index: number, name: MetricName, of?: number): MeasuredFigure => {
    const value = point[index] ?? NaN;
    if (Number.isNaN(value)) return { value: null, reason: reasonOf(name, of) };
    return { value, ...rangeOf(drawn[index] as Float64Array, options.confidence) };
  };
  const firstOfClass = 1 + METRIC_NAMES.length;
  return {
    accuracy: {
      value: point[0] ?? NaN,
      ...intervalOf(drawn[0] as Float64Array, options.confidence),
    },
    metrics: record(METRIC_NAMES, (name, at) => figure(1 + at, name)),
    perClass: options.classes.map((_, of) =>
      record(CLASS_METRICS, (name, at) =>
        figure(firstOfClass + of * CLASS_METRICS.length + at, name, of),
      ),
    ),
  };
}

function record<K extends string, V>(
  names: readonly K[],
  valueOf: (name: K, index: number) => V,
): Record<K, V> {
  return Object.fromEntries(names.map((name, index) => [name, valueOf(name, index)])) as Record<
    K,
    V
  >;
}

/** Accuracy, then each figure over all rows, then those of each class. */
function flatten({ accuracy, metrics, perClass }: WeighedMetrics): number[] {
  return [
    accuracy,
    ...METRIC_NAMES.map((name) => metrics[name]),
    ...perClass.flatMap((figures) => CLASS_METRICS.map((name) => figures[name])),
  ];
}

/** @returns `[rows]`, how often each was drawn. */
function drawRows(rows: number, random: CounterRandom): Int32Array {
  const weights = new Int32Array(rows);
  for (let draw = 0; draw < rows; draw += 1) {
    const row = random.integer(rows);
    weights[row] = (weights[row] as number) + 1;
  }
  return weights;
}

function rangeOf(
  values: Float64Array,
  confidence: number,
): { low: number | null; high: number | null; leftOut?: number } {
  const defined = values.filter((value) => !Number.isNaN(value));
  const leftOut = values.length - defined.length;
  const range = defined.length === 0 ? { low: null, high: null } : intervalOf(defined, confidence);
  return { ...range, ...(leftOut > 0 && { leftOut }) };
}

function intervalOf(values: Float64Array, confidence: number): Interval {
  const sorted = values.toSorted();
  return {
    low: quantile(sorted, (1 - confidence) / 2),
    high: quantile(sorted, (1 + confidence) / 2),
  };
}
