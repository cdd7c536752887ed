import { setImmediate } from 'node:timers/promises';
import { PipelineError } from '../../errors.ts';
import type { ModelFunction } from './model-function.ts';
import { RowMemo } from './row-memo.ts';

/** Values of one joined call: 16 MiB of float32; a question that is larger goes alone. */
const VALUES_AT_ONCE = 2 ** 22;
const MEMO_BYTES = 2 ** 26;
/** Fewer rows than this in the memory of the memo are not worth the hashing: no picture of size. */
const FEWEST_ROWS = 1024;
/** Rows after which a memo that has not answered one in twenty is given up. */
const TRIAL_ROWS = 2 ** 14;
const LEAST_SHARE = 0.05;
/** Of a large call that is tried first: where hardly one of these came before, the rest is not looked up. */
const PROBE_ROWS = 2 ** 12;

export interface ModelCallsOptions {
  /** What is asked; a row's answer must not depend on the rows beside it. */
  readonly model: ModelFunction;
  /** Values of a row. */
  readonly width: number;
  readonly classes: number;
  /** Bytes of rows and answers that may be kept. @default 64 MiB */
  readonly memoBytes?: number;
}

export interface ModelCalls {
  /** Asks the model, or what it answered before. */
  readonly model: ModelFunction;
  /** Rows that were asked for, and those of them that the model was given. */
  readonly counts: () => { readonly asked: number; readonly made: number };
}

interface Question {
  readonly x: Float32Array;
  readonly rows: number;
  readonly resolve: (answers: Float32Array | Float64Array) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One way to a model for all that explain: questions that wait at the same time become one call,
 * and a row that was answered is not evaluated again. Answers are the same, bit for bit, however
 * questions were joined.
 *
 * The memo costs up to 1.5 ms for 5,000 rows of 30 values, nearly as much as a small network. It is left out where it cannot pay: for
 * rows of which it would hold under 1,024, in calls whose first 4,096 rows came before in under 5 %, and
 * for good after 16,384 rows of which it answered under 5 %.
 */
export function joinModelCalls(options: ModelCallsOptions): ModelCalls {
  const asker = new Asker(options);
  return {
    model: (x, rows) =>
      new Promise((resolve, reject) => {
        asker.ask({ x, rows, resolve, reject });
      }),
    counts: () => ({ asked: asker.asked, made: asker.made }),
  };
}

class Asker {
  asked = 0;
  made = 0;
  readonly #options: ModelCallsOptions;
  readonly #capacity: number;
  #memo: RowMemo | null;
  #waiting: Question[] = [];
  #isRunning = false;
  #answered = 0;

  constructor(options: ModelCallsOptions) {
    this.#options = options;
    const { width, classes, memoBytes = MEMO_BYTES } = options;
    this.#capacity = Math.floor(memoBytes / (4 * width + 8 * classes + 16));
    const isWorth = width > 0 && this.#capacity >= FEWEST_ROWS;
    this.#memo = isWorth ? new RowMemo({ width, classes, capacity: this.#capacity }) : null;
  }

  ask(question: Question): void {
    const { width } = this.#options;
    if (question.x.length !== question.rows * width) {
      question.reject(malformed(question, width));
      return;
    }
    this.#waiting.push(question);
    this.asked += question.rows;
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  /** One call at a time, so that the memo always has the answers to the rows that it knows. */
  async #run(): Promise<void> {
    // Whoever goes on in this turn of the event loop may join.
    await setImmediate();
    while (this.#waiting.length > 0) {
      const together = this.#next();
      try {
        await this.#answer(together);
      } catch (error) {
        this.#memo?.clear();
        for (const { reject } of together) reject(error);
      }
      await setImmediate();
    }
    this.#isRunning = false;
  }

  /** Questions from the front of the queue, at least one. */
  #next(): Question[] {
    let values = 0;
    const over = this.#waiting.findIndex(({ x }, index) => {
      values += x.length;
      return index > 0 && values > VALUES_AT_ONCE;
    });
    return this.#waiting.splice(0, over < 0 ? this.#waiting.length : over);
  }

  async #answer(questions: readonly Question[]): Promise<void> {
    const rows = questions.reduce((sum, question) => sum + question.rows, 0);
    const memo = this.#memo;
    if (memo && rows <= this.#capacity) await this.#answerOnce(memo, questions, rows);
    else await this.#answerTogether(questions, rows);
    this.#answered += rows;
    const saved = this.#answered - this.made;
    if (this.#answered >= TRIAL_ROWS && saved < LEAST_SHARE * this.#answered) this.#memo = null;
  }

  async #answerTogether(questions: readonly Question[], rows: number): Promise<void> {
    const { model, width, classes } = this.#options;
    const [first, ...more] = questions;
    let x = first?.x ?? new Float32Array();
    if (more.length > 0) {
      x = new Float32Array(rows * width);
      let at = 0;
      for (const question of questions) {
        x.set(question.x, at);
        at += question.x.length;
      }
    }
    const answers = await model(x, rows);
    requireAnswers(answers, rows, classes);
    this.made += rows;
    let from = 0;
    for (const { rows: own, resolve } of questions) {
      const to = from + own * classes;
      resolve(more.length > 0 ? answers.slice(from, to) : answers);
      from = to;
    }
  }

  async #answerOnce(memo: RowMemo, questions: readonly Question[], rows: number): Promise<void> {
    if (memo.size + rows > this.#capacity) memo.clear();
    const before = memo.size;
    const places = this.#placesOf(memo, questions, rows);
    if (places === null) {
      memo.clear();
      await this.#answerTogether(questions, rows);
      return;
    }
    const fresh = memo.size - before;
    if (fresh > 0) {
      const { model, classes } = this.#options;
      const answers = await model(memo.rowsSince(before), fresh);
      requireAnswers(answers, fresh, classes);
      memo.setAnswers(before, answers);
      this.made += fresh;
    }
    let first = 0;
    for (const { rows: own, resolve } of questions) {
      resolve(memo.answersOf(places.subarray(first, first + own)));
      first += own;
    }
  }

  /** `[rows]`; takes in the rows that the memo did not know, each once. `null`: it does not pay. */
  #placesOf(memo: RowMemo, questions: readonly Question[], rows: number): Int32Array | null {
    const { width } = this.#options;
    const before = memo.size;
    const places = new Int32Array(rows);
    let at = 0;
    for (const { x, rows: own } of questions) {
      const words = new Uint32Array(x.buffer, x.byteOffset, x.length);
      for (let row = 0; row < own; row += 1) {
        places[at] = memo.placeOf(words, row * width);
        at += 1;
        const isFresh = memo.size - before > (1 - LEAST_SHARE) * PROBE_ROWS;
        if (at === PROBE_ROWS && rows > PROBE_ROWS && isFresh) return null;
      }
    }
    return places;
  }
}

function malformed({ x, rows }: Question, width: number): PipelineError {
  return new PipelineError(
    'SHAPE_MISMATCH',
    `${rows} rows of ${width} values need ${rows * width} values, got ${x.length}`,
  );
}

function requireAnswers({ length }: { length: number }, rows: number, classes: number): void {
  if (length === rows * classes) return;
  throw new PipelineError(
    'SHAPE_MISMATCH',
    `the model gave ${length} probabilities for ${rows} rows of ${classes} classes`,
  );
}
