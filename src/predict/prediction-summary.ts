/** What is known of a file's predictions once all are made. */
import type { PredictedBatch } from './predict-batches.ts';
import { likeliest } from './prediction.ts';

/** More are counted and not listed. */
const MOST_LISTED = 100;

export interface SkippedRows {
  readonly count: number;
  /** The first hundred, from 0. */
  readonly rows: readonly number[];
}

export interface PredictionSummary {
  /** Rows predicted. */
  readonly rows: number;
  readonly skipped: SkippedRows;
  /** Rows by predicted class, every class there. */
  readonly classes: Readonly<Record<string, number>>;
  /** Mean probability of the predicted class; `null` of no rows. */
  readonly meanConfidence: number | null;
}

export class PredictionCounter {
  readonly #classes: readonly string[];
  readonly #counts: number[];
  readonly #skipped: number[] = [];
  #skippedCount = 0;
  #rows = 0;
  #confidence = 0;

  constructor(classes: readonly string[]) {
    this.#classes = classes;
    this.#counts = classes.map(() => 0);
  }

  get rows(): number {
    return this.#rows;
  }

  add({ numbers, probabilities }: PredictedBatch): void {
    const width = this.#classes.length;
    for (let index = 0; index < numbers.length; index += 1) {
      const row = probabilities.subarray(index * width, (index + 1) * width);
      const best = likeliest(row);
      this.#counts[best] = (this.#counts[best] ?? 0) + 1;
      this.#confidence += row[best] as number;
    }
    this.#rows += numbers.length;
  }

  skip(row: number): void {
    this.#skippedCount += 1;
    if (this.#skipped.length < MOST_LISTED) this.#skipped.push(row);
  }

  summary(): PredictionSummary {
    return {
      rows: this.#rows,
      skipped: { count: this.#skippedCount, rows: [...this.#skipped] },
      classes: Object.fromEntries(
        this.#classes.map((name, index) => [name, this.#counts[index] as number]),
      ),
      meanConfidence: this.#rows === 0 ? null : this.#confidence / this.#rows,
    };
  }
}
