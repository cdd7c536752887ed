import { bootstrapMeanInterval } from '../../ml/audit/bootstrap.ts';
import { accuracyOf, classFigures, confusionOf, predictedClasses } from '../../ml/audit/metrics.ts';
import { performanceComparisons } from '../../ml/audit/performance-checks.ts';
import { CounterRandom } from '../../ml/random.ts';
import type { AuditSection } from './section.ts';

/** How often the model is right. */
export const performance: AuditSection = {
  measure({ input: { bootstrap, seed }, loaded, table }) {
    const { classes } = loaded.classifier;
    const labels = loaded.part.y;
    const predicted = predictedClasses(table);
    const right = labels.map((label, row) => (label === predicted[row] ? 1 : 0));
    const random = new CounterRandom({ seed, stream: 'audit-bootstrap' });
    const interval = bootstrapMeanInterval(right, { ...bootstrap, random });
    const confusion = confusionOf(labels, predicted, classes.length);
    const figures = classFigures(confusion);
    return {
      accuracy: { value: accuracyOf(labels, predicted), ...interval },
      confidence: bootstrap.confidence,
      bootstrapSamples: bootstrap.samples,
      perClass: classes.map((name, index) => ({
        class: name,
        ...(figures[index] ?? { rows: 0, precision: null, recall: null, f1: null }),
      })),
      confusion,
    };
  },
  compare: performanceComparisons,
  outputs: ({ accuracy }) => ({ accuracy }),
};
