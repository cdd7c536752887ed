import { classProbabilities, type ModelFunction } from './model-function.ts';

/** Values of a row that are covered together, and what they are covered with. */
export interface Patch {
  /** Indices, each once. */
  readonly values: readonly number[];
  /** One for each of `values`. */
  readonly cover: readonly number[];
}

export interface OcclusionOptions {
  readonly model: ModelFunction;
  /** `[values]`, the row to explain. */
  readonly row: Float32Array;
  readonly classIndex: number;
  readonly patches: readonly Patch[];
  /** Called between model calls: heartbeats; throws to stop. */
  readonly onBatch?: (() => void) | undefined;
}

export interface Occlusion {
  /** `[values]`, in probability; 0 where no patch covers a value. */
  readonly attributions: Float64Array;
  readonly output: number;
  readonly evaluations: number;
}

/** Values given to the model at once: 16 MiB of float32. */
const VALUES_AT_ONCE = 2 ** 22;

/**
 * What the probability loses when a patch of the row is covered, for every value the mean over the
 * patches that cover it. The losses promise no sum: what two patches carry together is lost with
 * either.
 *
 * @see Zeiler and Fergus 2014, Visualizing and Understanding Convolutional Networks,
 * arXiv:1311.2901, section 4.2
 */
export async function occlusion(options: OcclusionOptions): Promise<Occlusion> {
  const { model, row, classIndex, patches, onBatch } = options;
  const [output = NaN] = await classProbabilities(model, { x: row, rows: 1 }, classIndex);
  const losses = new Float64Array(row.length);
  const covered = new Float64Array(row.length);
  const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / row.length));
  for (let first = 0; first < patches.length; first += atOnce) {
    onBatch?.();
    const some = patches.slice(first, first + atOnce);
    const block = { x: coveredRows(row, some), rows: some.length };
    const answers = await classProbabilities(model, block, classIndex);
    some.forEach(({ values }, at) => {
      for (const value of values) {
        losses[value]! += output - answers[at]!;
        covered[value]! += 1;
      }
    });
  }
  const attributions = losses.map((loss, value) => loss / Math.max(1, covered[value]!));
  return { attributions, output, evaluations: patches.length + 1 };
}

/** `[patches, values]`. */
function coveredRows(row: Float32Array, patches: readonly Patch[]): Float32Array {
  const rows = new Float32Array(patches.length * row.length);
  patches.forEach(({ values, cover }, at) => {
    rows.set(row, at * row.length);
    values.forEach((value, index) => {
      rows[at * row.length + value] = cover[index]!;
    });
  });
  return rows;
}
