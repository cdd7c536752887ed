/** The rows of several tasks as one part. */
import type { Batch, RowRange, Rows, RowSource } from '../rows.ts';

export interface TaskPart {
  readonly source: RowSource;
  /** Of the task's first class among the classes of all. */
  readonly firstClass: number;
  readonly classes: number;
}

interface OwnRows {
  readonly part: TaskPart;
  readonly own: RowRange;
  /** Of the task's first row among the rows of all. */
  readonly firstRow: number;
}

/**
 * An epoch has every row of every task once. The tasks are spread evenly over it, so that each batch
 * has of each task its share of all rows, give or take one; which of a task's rows come when, its own
 * source says. Within a batch the rows of a task stand together, and tasks in their order. Labels are
 * counted through the classes of all tasks, and so tell the task.
 */
export class TaskRows implements RowSource {
  readonly #parts: readonly TaskPart[];
  /** Of each place of an epoch: its task, and how many places before it are of that task. */
  readonly #tasks: Uint8Array;
  readonly #ranks: Int32Array;
  readonly #firstRows: readonly number[];
  readonly count: number;
  readonly width: number;

  /** @param parts  at least one, at most 256, of rows of one width. */
  constructor(parts: readonly TaskPart[]) {
    const counts = parts.map(({ source }) => source.count);
    this.#parts = parts;
    this.count = counts.reduce((sum, count) => sum + count, 0);
    this.width = parts[0]?.source.width ?? 0;
    this.#tasks = new Uint8Array(this.count);
    this.#ranks = new Int32Array(this.count);
    const given = counts.map(() => 0);
    const firsts: number[] = [];
    counts.reduce((sum, count) => (firsts.push(sum), sum + count), 0);
    this.#firstRows = firsts;
    for (let place = 0; place < this.count; place += 1) {
      const task = mostBehind(counts, given, place + 1);
      this.#tasks[place] = task;
      this.#ranks[place] = given[task] as number;
      given[task] = (given[task] as number) + 1;
    }
  }

  /** One task after the other. */
  async read({ start, end }: RowRange): Promise<Rows> {
    const pieces: Batch[] = [];
    for (const [index, part] of this.#parts.entries()) {
      const firstRow = this.#firstRows[index] as number;
      const own = {
        start: Math.max(0, start - firstRow),
        end: Math.min(part.source.count, end - firstRow),
      };
      if (own.start >= own.end) continue;
      pieces.push(numbered(await part.source.read(own), { part, own, firstRow }));
    }
    return join(pieces, this.width);
  }

  /** Of the classes of all tasks. */
  async countLabels(): Promise<readonly number[]> {
    const counts: number[] = [];
    for (const { source, classes } of this.#parts) {
      counts.push(...(await source.countLabels(classes)));
    }
    return counts;
  }

  async shuffled(epoch: number, range: RowRange): Promise<Batch> {
    const pieces: Batch[] = [];
    for (const [index, part] of this.#parts.entries()) {
      const own = this.#ranksIn(range, index);
      if (!own) continue;
      const batch = await part.source.shuffled(epoch, own);
      const firstRow = this.#firstRows[index] as number;
      const indices = batch.indices.map((row) => row + firstRow);
      pieces.push({ ...numbered(batch, { part, own, firstRow }), indices });
    }
    return join(pieces, this.width);
  }

  /** Ranks of a task in neighbouring places have no gap. */
  #ranksIn({ start, end }: RowRange, task: number): RowRange | null {
    const first = this.#tasks.subarray(start, end).indexOf(task);
    if (first < 0) return null;
    const last = this.#tasks.subarray(start, end).lastIndexOf(task);
    return {
      start: this.#ranks[start + first] as number,
      end: (this.#ranks[start + last] as number) + 1,
    };
  }
}

/** The task that has the fewest of the places that its share of them is; the first of equals. */
function mostBehind(counts: readonly number[], given: readonly number[], places: number): number {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  let most = 0;
  let found = -Infinity;
  counts.forEach((count, task) => {
    const behind = count * places - rows * (given[task] as number);
    if (behind > found && (given[task] as number) < count) [most, found] = [task, behind];
  });
  return most;
}

function numbered(rows: Rows, { part, own, firstRow }: OwnRows): Batch {
  const indices = Int32Array.from({ length: rows.count }, (_, at) => firstRow + own.start + at);
  return { ...rows, y: rows.y.map((label) => label + part.firstClass), indices };
}

function join(pieces: readonly Batch[], width: number): Batch {
  const count = pieces.reduce((sum, piece) => sum + piece.count, 0);
  const x = new Float32Array(count * width);
  const [y, indices] = [new Int32Array(count), new Int32Array(count)];
  let at = 0;
  for (const piece of pieces) {
    x.set(piece.x, at * width);
    y.set(piece.y, at);
    indices.set(piece.indices, at);
    at += piece.count;
  }
  return { count, width, x, y, indices };
}
