import { setImmediate } from 'node:timers/promises';
import { measureMetrics } from '../../ml/audit/measure-metrics.ts';
import { METRIC_NAMES } from '../../ml/audit/metric-names.ts';
import { classFigures, confusionOf, predictedClasses } from '../../ml/audit/metrics.ts';
import { metricComparisons } from '../../ml/audit/metric-checks.ts';
import { performanceComparisons } from '../../ml/audit/performance-checks.ts';
import { CounterRandom } from '../../ml/random.ts';
import type { StepContext } from '../step.ts';
import type { AuditSection, Figures } from './section.ts';

/** How often the model is right, and every other figure of its answers. */
export const performance: AuditSection = {
  async measure({ input: { bootstrap, seed, calibrationBins }, loaded, table, context }) {
    const { classes } = loaded.classifier;
    const labels = loaded.part.y;
    const measured = await measureMetrics(
      { labels, table, calibrationBins },
      {
        ...bootstrap,
        classes,
        random: new CounterRandom({ seed, stream: 'audit-bootstrap' }),
        pause: () => breathe(context),
      },
    );
    const confusion = confusionOf(labels, predictedClasses(table), classes.length);
    const figures = classFigures(confusion);
    return {
      accuracy: measured.accuracy,
      confidence: bootstrap.confidence,
      bootstrapSamples: bootstrap.samples,
      perClass: classes.map((name, index) => ({
        class: name,
        ...(figures[index] ?? { rows: 0, precision: null, recall: null, f1: null }),
      })),
      confusion,
      metrics: measured.metrics,
      classMetrics: measured.perClass.map((of, index) => ({ class: classes[index] ?? '', ...of })),
    };
  },
  compare: (figures, bounds) => [
    ...performanceComparisons(figures, bounds),
    ...metricComparisons(figures, bounds),
  ],
  outputs: (figures) => ({ accuracy: figures.accuracy, ...metricOutputs(figures) }),
};

/** Lets a sign of life out and a cancellation in. */
export async function breathe(context: StepContext): Promise<void> {
  context.heartbeat();
  await setImmediate();
  context.signal.throwIfAborted();
}

function metricOutputs({ metrics }: Figures) {
  if (!metrics) return {};
  const values = METRIC_NAMES.map((name) => [name, metrics[name].value] as const);
  return { metrics: Object.fromEntries(values) as Record<keyof typeof metrics, number | null> };
}
