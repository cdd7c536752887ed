import type { AuditReport } from '../model.ts';
import { baselineComparison, gapComparisons } from './group-checks.ts';
import { tellingDecimals } from './telling-decimals.ts';

export type AuditCheck = AuditReport['checks'][number];

interface LowerBound {
  readonly min: number;
  readonly onFail: 'fail' | 'flag';
}

interface UpperBound {
  readonly max: number;
  readonly onFail: 'fail' | 'flag';
}

/** Bounds of an audit; `onFail` is what a missed one means. */
export interface AuditBounds {
  readonly accuracy?: LowerBound;
  readonly bleu?: LowerBound;
  readonly accuracyLowerBound?: LowerBound;
  readonly recallPerClass?: LowerBound;
  readonly calibration?: UpperBound;
  readonly noise?: {
    readonly standardDeviation: number;
    readonly maxDrop: number;
    readonly onFail: 'fail' | 'flag';
  };
  readonly beatsBaseline?: { readonly alpha: number; readonly onFail: 'fail' | 'flag' };
  readonly demographicParity?: UpperBound;
  readonly equalisedOdds?: UpperBound;
  readonly disparateImpact?: LowerBound;
}

type Figures = Pick<
  AuditReport,
  | 'accuracy'
  | 'perClass'
  | 'expectedCalibrationError'
  | 'noise'
  | 'confidence'
  | 'baselines'
  | 'groups'
  | 'texts'
>;

export interface Comparison {
  readonly name: string;
  readonly value: number;
  readonly bound: number;
  readonly direction: 'at least' | 'at most';
  /** The measure in words, such as `accuracy`. */
  readonly what: string;
  readonly onFail: 'fail' | 'flag';
  /** `false`: there were too few rows, which misses the bound; `value` is then the worst. */
  readonly isMeasured?: boolean;
}

/**
 * Holds the figures of an audit against its bounds; a value equal to its bound passes.
 *
 * Classes without rows are left out of the recall check, which they can neither meet nor miss.
 *
 * @returns one entry per bound, in the order of the schema.
 */
export function judge(figures: Figures, bounds: AuditBounds): AuditCheck[] {
  return comparisons(figures, bounds).map(compare);
}

/** The worst of the checks; `pass` without any. */
export function worstStatus(checks: readonly AuditCheck[]): AuditReport['status'] {
  if (checks.some(({ status }) => status === 'fail')) return 'fail';
  return checks.some(({ status }) => status === 'flag') ? 'flag' : 'pass';
}

function comparisons(figures: Figures, bounds: AuditBounds): Comparison[] {
  const list: Comparison[] = [];
  const { accuracy, accuracyLowerBound, calibration } = bounds;
  if (accuracy) {
    list.push(atLeast('accuracy', figures.accuracy.value, accuracy, 'accuracy'));
  }
  if (bounds.bleu && figures.texts) {
    list.push(atLeast('bleu', figures.texts.bleu.value, bounds.bleu, 'BLEU'));
  }
  if (accuracyLowerBound) {
    const share = +(100 * figures.confidence).toFixed(2);
    const what = `the lower end of the ${share} % interval of accuracy`;
    list.push(atLeast('accuracyLowerBound', figures.accuracy.low, accuracyLowerBound, what));
  }
  list.push(...recallComparison(figures, bounds), ...noiseComparison(figures, bounds));
  if (calibration) {
    list.push({
      name: 'calibration',
      value: figures.expectedCalibrationError,
      bound: calibration.max,
      direction: 'at most',
      what: 'expected calibration error',
      onFail: calibration.onFail,
    });
  }
  list.push(...baselineComparison(figures, bounds), ...gapComparisons(figures, bounds));
  return list;
}

function atLeast(
  name: string,
  value: number,
  { min, onFail }: LowerBound,
  what: string,
): Comparison {
  return { name, value, bound: min, direction: 'at least', what, onFail };
}

function recallComparison({ perClass }: Figures, { recallPerClass }: AuditBounds): Comparison[] {
  if (!recallPerClass) return [];
  const worst = perClass
    .filter((figure) => figure.recall !== null)
    .reduce<(typeof perClass)[number] | null>(
      (low, figure) => (low === null || (figure.recall ?? 1) < (low.recall ?? 1) ? figure : low),
      null,
    );
  if (worst === null) return [];
  const what = `the smallest recall of a class, that of "${worst.class}",`;
  return [atLeast('recallPerClass', worst.recall ?? NaN, recallPerClass, what)];
}

function noiseComparison({ noise }: Figures, { noise: bound }: AuditBounds): Comparison[] {
  const measured = noise.find((one) => one.standardDeviation === bound?.standardDeviation);
  if (!bound || !measured) return [];
  return [
    {
      name: 'noise',
      value: measured.drop,
      bound: bound.maxDrop,
      direction: 'at most',
      what: `loss of accuracy under noise of standard deviation ${bound.standardDeviation}`,
      onFail: bound.onFail,
    },
  ];
}

function compare(comparison: Comparison): AuditCheck {
  const { name, value, bound, direction, what, onFail, isMeasured = true } = comparison;
  if (!isMeasured) {
    const message = `${what} cannot be measured: fewer than two groups are large enough`;
    return { name, status: onFail, value, bound, message };
  }
  // NaN compares false and so misses its bound.
  const met = direction === 'at least' ? value >= bound : value <= bound;
  const verdict = met ? 'meets' : 'misses';
  const shown = tellingDecimals(value, bound, 3);
  const message = `${what} is ${shown(value)}, which ${verdict} the bound of ${direction} ${shown(bound)}`;
  return { name, status: met ? 'pass' : onFail, value, bound, message };
}
