import { tokenValuesOf } from '../../data/token-values.ts';
import { accuracyOf, predictedClasses } from '../../ml/audit/metrics.ts';
import { noiseRobustness, type NoiseFigure } from '../../ml/audit/noise.ts';
import { noiseComparison } from '../../ml/audit/performance-checks.ts';
import { predictRows } from '../model-on-data.ts';
import type { AuditInput, AuditSection } from './section.ts';

/** Reported where no bound names a strength: a tenth of a picture's range or of a column's σ. */
const USUAL_NOISE = 0.1;

/** Rising, each once. */
const strengthsOf = ({ noise = [], checks }: AuditInput): readonly number[] => {
  const bounded = checks.noise ? [checks.noise.standardDeviation] : [];
  const named = [...new Set([...noise, ...bounded])].sort((a, b) => a - b);
  return named.length === 0 ? [USUAL_NOISE] : named;
};

/** What noise on the encoded input costs. */
export const noise: AuditSection = {
  async measure({ input, loaded, table, context }) {
    const { classifier, part } = loaded;
    const measured: NoiseFigure[] = [];
    for (const standardDeviation of strengthsOf(input)) {
      const options = {
        predict: (x: Float32Array, rows: number) =>
          predictRows(classifier, { x, rows }, context).then(({ values }) => values),
        x: part.x,
        tokens: tokenValuesOf(part.manifest),
        labels: part.y,
        classes: table.classes,
        accuracy: accuracyOf(part.y, predictedClasses(table)),
        seed: input.seed,
      };
      measured.push(await noiseRobustness({ ...options, standardDeviation }));
    }
    return { noise: measured };
  },
  compare: noiseComparison,
};
