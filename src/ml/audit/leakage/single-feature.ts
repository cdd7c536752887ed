import { curveAreas, rankScores } from '../ranked-scores.ts';
import type { LabelledRows } from './shared-rows.ts';

export interface SingleFeature {
  /** The class that it tells best. */
  readonly class: number;
  /** How well, from 0.5 (not at all) to 1: the area under the ROC curve, whatever its direction. */
  readonly auc: number;
}

/**
 * How well one value of a row tells a class from all others, without any other value.
 *
 * @param value  its place within a row.
 * @returns `null` where there are not two classes.
 */
export function numberAlone(
  { x, y, rows }: LabelledRows,
  value: number,
  classes: number,
): SingleFeature | null {
  const values = x.length / rows;
  const scores = Float64Array.from({ length: rows }, (_, row) => x[row * values + value] as number);
  return bestClass(y, rows, classes, () => scores);
}

/**
 * The same of a category: it is scored by the share of the class among every other row of that
 * category, and measured on the rows between, so that a name for each row tells nothing.
 *
 * @param places  the places of its one-hot values within a row.
 */
export function categoryAlone(
  rows: LabelledRows,
  places: readonly number[],
  classes: number,
): SingleFeature | null {
  const category = categoriesOf(rows, places);
  const odd = Array.from({ length: rows.rows }, (_, row) => row).filter((row) => row % 2 === 1);
  const labels = odd.map((row) => rows.y[row] as number);
  return bestClass(labels, odd.length, classes, (one) => {
    const { shares, overall } = sharesOf(rows, category, one);
    return Float64Array.from(odd, (row) => shares.get(category[row] as number) ?? overall);
  });
}

function bestClass(
  labels: ArrayLike<number>,
  rows: number,
  classes: number,
  scoresOf: (one: number) => Float64Array,
): SingleFeature | null {
  let best: SingleFeature | null = null;
  const once = new Uint8Array(rows).fill(1);
  for (let one = 0; one < classes; one += 1) {
    const positive = Uint8Array.from({ length: rows }, (_, row) => Number(labels[row] === one));
    const { roc } = curveAreas(rankScores(positive, scoresOf(one)), once);
    if (Number.isNaN(roc)) continue;
    const auc = Math.max(roc, 1 - roc);
    if (best === null || auc > best.auc) best = { class: one, auc };
  }
  return best;
}

/** The place of the value that is set; −1 where none is. */
function categoriesOf({ x, rows }: LabelledRows, places: readonly number[]): Int32Array {
  const values = x.length / rows;
  return Int32Array.from({ length: rows }, (_, row) =>
    places.findIndex((place) => (x[row * values + place] as number) > 0.5),
  );
}

/** Of every other row, from the first on. */
function sharesOf({ y, rows }: LabelledRows, category: Int32Array, one: number) {
  const counts = new Map<number, { rows: number; own: number }>();
  let [seen, own] = [0, 0];
  for (let row = 0; row < rows; row += 2) {
    const isOwn = Number(y[row] === one);
    const before = counts.get(category[row] as number) ?? { rows: 0, own: 0 };
    counts.set(category[row] as number, { rows: before.rows + 1, own: before.own + isOwn });
    seen += 1;
    own += isOwn;
  }
  const shares = new Map([...counts].map(([key, count]) => [key, count.own / count.rows]));
  return { shares, overall: own / seen };
}
