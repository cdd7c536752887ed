import { tokenValuesOf } from '../../data/token-values.ts';
import { accuracyOf, predictedClasses } from '../../ml/audit/metrics.ts';
import { noiseRobustness } from '../../ml/audit/noise.ts';
import { noiseComparison } from '../../ml/audit/performance-checks.ts';
import { predictRows } from '../model-on-data.ts';
import type { AuditSection } from './section.ts';

/** Reported where no bound names a strength: a tenth of a picture's range or of a column's σ. */
const USUAL_NOISE = 0.1;

/** What noise on the encoded input costs. */
export const noise: AuditSection = {
  async measure({ input, loaded, table, context }) {
    const { classifier, part } = loaded;
    const measured = await noiseRobustness({
      predict: (x, rows) =>
        predictRows(classifier, { x, rows }, context).then(({ values }) => values),
      x: part.x,
      tokens: tokenValuesOf(part.manifest),
      labels: part.y,
      classes: table.classes,
      standardDeviation: input.checks.noise?.standardDeviation ?? USUAL_NOISE,
      accuracy: accuracyOf(part.y, predictedClasses(table)),
      seed: input.seed,
    });
    return { noise: [measured] };
  },
  compare: noiseComparison,
};
