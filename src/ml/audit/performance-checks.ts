/** Bounds on how often a model is right, on its confidence and on noise, as comparisons. */
import type { CalibrationFigures, NoiseFigures, PerformanceFigures } from './audit-report.ts';
import { atLeast, atMost, type Comparison, type LowerBound, type UpperBound } from './checks.ts';

export interface PerformanceBounds {
  readonly accuracy?: LowerBound;
  readonly accuracyLowerBound?: LowerBound;
  readonly recallPerClass?: LowerBound;
}

type Figures = Pick<PerformanceFigures, 'accuracy' | 'confidence' | 'perClass'>;

/** Classes without rows are left out of the recall check, which they can neither meet nor miss. */
export function performanceComparisons(figures: Figures, bounds: PerformanceBounds): Comparison[] {
  const list: Comparison[] = [];
  const { accuracy } = figures;
  if (bounds.accuracy) {
    const measured = { name: 'accuracy', value: accuracy.value, what: 'accuracy' };
    list.push(atLeast(measured, bounds.accuracy));
  }
  if (bounds.accuracyLowerBound) {
    const share = +(100 * figures.confidence).toFixed(2);
    const what = `the lower end of the ${share} % interval of accuracy`;
    const measured = { name: 'accuracyLowerBound', value: accuracy.low, what };
    list.push(atLeast(measured, bounds.accuracyLowerBound));
  }
  return [...list, ...recallComparison(figures, bounds)];
}

function recallComparison(
  { perClass }: Figures,
  { recallPerClass }: PerformanceBounds,
): Comparison[] {
  if (!recallPerClass) return [];
  const worst = perClass
    .filter((figure) => figure.recall !== null)
    .reduce<(typeof perClass)[number] | null>(
      (low, figure) => (low === null || (figure.recall ?? 1) < (low.recall ?? 1) ? figure : low),
      null,
    );
  if (worst === null) return [];
  const what = `the smallest recall of a class, that of "${worst.class}",`;
  return [atLeast({ name: 'recallPerClass', value: worst.recall ?? NaN, what }, recallPerClass)];
}

export function calibrationComparison(
  { expectedCalibrationError: value }: Pick<CalibrationFigures, 'expectedCalibrationError'>,
  { calibration }: { readonly calibration?: UpperBound },
): Comparison[] {
  if (!calibration) return [];
  return [atMost({ name: 'calibration', value, what: 'expected calibration error' }, calibration)];
}

export interface NoiseBounds {
  readonly noise?: {
    readonly standardDeviation: number;
    readonly maxDrop: number;
    readonly onFail: 'fail' | 'flag';
  };
}

export function noiseComparison(
  { noise }: NoiseFigures,
  { noise: bound }: NoiseBounds,
): Comparison[] {
  const measured = noise.find((one) => one.standardDeviation === bound?.standardDeviation);
  if (!bound || !measured) return [];
  const what = `loss of accuracy under noise of standard deviation ${bound.standardDeviation}`;
  const { maxDrop: max, onFail } = bound;
  return [atMost({ name: 'noise', value: measured.drop, what }, { max, onFail })];
}
