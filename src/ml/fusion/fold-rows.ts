/** Folds of labelled rows, and answers for each row from a model that never saw it. */
import { CounterRandom } from '../random.ts';

export interface FoldOptions {
  /** At least 2. */
  readonly folds: number;
  readonly seed: number;
}

/**
 * Each class is spread evenly over the folds, in an order of the seed.
 *
 * @param labels  `[rows]`, class indices.
 * @returns `[rows]`: the fold of each row, from 0.
 */
export function assignFolds(labels: Int32Array, { folds, seed }: FoldOptions): Int32Array {
  const assigned = new Int32Array(labels.length);
  let next = 0;
  for (const label of [...new Set(labels)].sort((a, b) => a - b)) {
    const rows = Array.from(labels.keys()).filter((row) => labels[row] === label);
    const random = new CounterRandom({ seed, stream: `fold:${label}` });
    for (const at of random.permutation(rows.length)) {
      assigned[rows[at] as number] = next % folds;
      // Goes on from class to class, so that no fold gets the remainder of all.
      next += 1;
    }
  }
  return assigned;
}

export interface HeldOutQuestion {
  readonly fold: number;
  /** Rows to learn from. */
  readonly seen: Int32Array;
  /** Rows to answer for, none of them seen. */
  readonly held: Int32Array;
}

/**
 * @param foldOf  `[rows]`.
 * @param answer  gives `[held rows, width]`.
 * @returns `[rows, width]`.
 */
export async function answerOutOfFold(
  foldOf: Int32Array,
  answer: (question: HeldOutQuestion) => Promise<Float32Array>,
): Promise<Float32Array> {
  let all: Float32Array | null = null;
  const folds = [...new Set(foldOf)].sort((a, b) => a - b);
  const rowsWhere = (belongs: (fold: number) => boolean) =>
    Int32Array.from(Array.from(foldOf.keys()).filter((row) => belongs(foldOf[row] as number)));
  for (const fold of folds) {
    const held = rowsWhere((found) => found === fold);
    const answers = await answer({ fold, seen: rowsWhere((found) => found !== fold), held });
    const width = answers.length / held.length;
    all ??= new Float32Array(foldOf.length * width);
    for (const [at, row] of held.entries()) {
      all.set(answers.subarray(at * width, (at + 1) * width), row * width);
    }
  }
  return all ?? new Float32Array();
}
