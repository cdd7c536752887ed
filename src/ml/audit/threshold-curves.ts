/** What a classifier's score is worth at every threshold. */
import { undefinedFigure, type Figure } from './figure.ts';
import { curveAreas, rankScores, type RankedScores } from './ranked-scores.ts';

export interface ScoredRows {
  /** `[rows]`, 1 where the row is of the class, else 0. */
  readonly positive: ArrayLike<number>;
  /** `[rows]`, finite; such as the class's probability. */
  readonly scores: ArrayLike<number>;
}

export interface RocPoint {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
  /** Rows with this score or a higher one count as positive; `null` at the start: none do. */
  readonly threshold: number | null;
}

export interface RocCurve {
  /** From (0, 0) to (1, 1); empty where the area is undefined. */
  readonly points: readonly RocPoint[];
  /** By trapezoids, 0 to 1: the chance that a positive row outranks a negative one, ties half. */
  readonly area: Figure;
}

export interface RocOptions {
  /**
   * Whether to leave out points on a straight line between their neighbours, as scikit-learn does
   * unless told otherwise. The area stays the same.
   *
   * @default true
   */
  readonly dropCollinear?: boolean;
}

/**
 * One point for each different score: rows with the same score cannot be told apart.
 *
 * @see Fawcett 2006, "An introduction to ROC analysis"; scikit-learn's `roc_curve`
 */
export function rocCurve(
  { positive, scores }: ScoredRows,
  { dropCollinear = true }: RocOptions = {},
): RocCurve {
  const ranked = rankScores(positive, scores);
  const area = areaUnderRoc(ranked);
  if (area.value === null) return { points: [], area };
  const counts = countsAt(ranked, scores);
  const kept = dropCollinear ? counts.filter(isCorner) : counts;
  const last = counts.at(-1);
  const points = kept.map(({ truePositives, falsePositives, threshold }) => ({
    falsePositiveRate: falsePositives / (last?.falsePositives ?? NaN),
    truePositiveRate: truePositives / (last?.truePositives ?? NaN),
    threshold,
  }));
  return {
    points: [{ falsePositiveRate: 0, truePositiveRate: 0, threshold: null }, ...points],
    area,
  };
}

export interface PrPoint {
  readonly precision: number;
  readonly recall: number;
  /** As of `RocPoint`; `null` at the end, (precision 1, recall 0). */
  readonly threshold: number | null;
}

export interface PrCurve {
  /** By rising thresholds, so by falling recall; empty where the area is undefined. */
  readonly points: readonly PrPoint[];
  /** Average precision: Σ (Rₙ − Rₙ₋₁) Pₙ, without interpolation, which would be too optimistic. */
  readonly area: Figure;
}

/** @see Davis and Goadrich 2006; scikit-learn's `precision_recall_curve` */
export function prCurve({ positive, scores }: ScoredRows): PrCurve {
  const ranked = rankScores(positive, scores);
  const area = areaUnderPr(ranked);
  if (area.value === null) return { points: [], area };
  const counts = countsAt(ranked, scores);
  const all = counts.at(-1)?.truePositives ?? NaN;
  const points = counts.toReversed().map(({ truePositives, falsePositives, threshold }) => ({
    precision: truePositives / (truePositives + falsePositives),
    recall: truePositives / all,
    threshold,
  }));
  return { points: [...points, { precision: 1, recall: 0, threshold: null }], area };
}

const NO_POSITIVE = 'no row is of the class';
const NO_NEGATIVE = 'every row is of the class';

export function areaUnderRoc(ranked: RankedScores): Figure {
  const { positives, negatives, roc } = curveAreas(ranked, onceEach(ranked));
  if (positives === 0) return undefinedFigure(NO_POSITIVE);
  return negatives === 0 ? undefinedFigure(NO_NEGATIVE) : { value: roc };
}

export function areaUnderPr(ranked: RankedScores): Figure {
  const { positives, averagePrecision } = curveAreas(ranked, onceEach(ranked));
  return positives === 0 ? undefinedFigure(NO_POSITIVE) : { value: averagePrecision };
}

const onceEach = ({ order }: RankedScores): Uint8Array => new Uint8Array(order.length).fill(1);

interface Counts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly threshold: number;
}

function countsAt({ order, closes, positive }: RankedScores, scores: ArrayLike<number>): Counts[] {
  const counts: Counts[] = [];
  let truePositives = 0;
  order.forEach((row, place) => {
    truePositives += positive[place] ?? 0;
    if (closes[place] === 0) return;
    const falsePositives = place + 1 - truePositives;
    counts.push({ truePositives, falsePositives, threshold: scores[row] ?? NaN });
  });
  return counts;
}

/** Ends are corners. As scikit-learn, which compares steps along each axis, not directions. */
function isCorner(here: Counts, index: number, all: readonly Counts[]): boolean {
  const [before, after] = [all[index - 1], all[index + 1]];
  if (before === undefined || after === undefined) return true;
  return (['truePositives', 'falsePositives'] as const).some(
    (axis) => after[axis] - here[axis] !== here[axis] - before[axis],
  );
}
