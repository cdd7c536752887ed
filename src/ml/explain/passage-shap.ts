import type { CoalitionGame } from './coalition-values.ts';
import { kernelShap, type KernelShapOptions } from './kernel-shap.ts';
import { classProbabilities, type Attribution, type ModelFunction } from './model-function.ts';
import type { Passage } from './passages.ts';

/** Values given to the model at once: 4 MiB of float32. */
const VALUES_AT_ONCE = 2 ** 20;

export interface PassageAttribution extends Attribution {
  /** One per passage, in probability; `attributions` spreads each evenly over its tokens. */
  readonly ofPassages: Float64Array;
}

/**
 * Shapley values of passages: kernel SHAP with a feature for each passage. An absent passage has the
 * tokens of a background row at the same places, as absent features of other methods have, so
 * that no text is ever empty and no token unknown to the model. What stands where in a
 * background text means little, and a passage cut in mid-sentence is read in mid-sentence: the
 * values say what the model made of these tokens there, not what they mean.
 *
 * @throws PipelineError as `kernelShap`.
 * @see Owen 1977, Values of Games with a Priori Unions; Lundberg and Lee 2017, arXiv:1705.07874
 */
export async function passageShap(
  game: CoalitionGame,
  passages: readonly Passage[],
  options: KernelShapOptions,
): Promise<PassageAttribution> {
  const count = passages.length;
  const found = await kernelShap(
    {
      ...game,
      model: withPassages(game, passages),
      row: new Float32Array(count).fill(1),
      background: { x: new Float32Array(count), rows: 1, values: count },
      classIndex: 0,
    },
    options,
  );
  const attributions = new Float64Array(game.row.length);
  passages.forEach(({ ranges, tokens }, index) => {
    const spread = tokens[1] > tokens[0] ? [tokens] : ranges;
    const size = spread.reduce((sum, [from, to]) => sum + to - from, 0);
    const each = (found.attributions[index] as number) / size;
    for (const [from, to] of spread) attributions.fill(each, from, to);
  });
  return {
    ...found,
    attributions,
    ofPassages: found.attributions,
    evaluations: found.evaluations * game.background.rows,
  };
}

/** The mean probability of the class over the background, of rows that say which passages are there. */
function withPassages(game: CoalitionGame, passages: readonly Passage[]): ModelFunction {
  const { background, model, classIndex } = game;
  const masksAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / background.x.length));
  return async (masks, rows) => {
    const means = new Float64Array(rows);
    for (let first = 0; first < rows; first += masksAtOnce) {
      game.onBatch?.();
      const some = Math.min(masksAtOnce, rows - first);
      const x = mixedRows(game, passages, masks.subarray(first * passages.length), some);
      const block = { x, rows: some * background.rows };
      const values = await classProbabilities(model, block, classIndex);
      for (let index = 0; index < some; index += 1) {
        const own = values.subarray(index * background.rows, (index + 1) * background.rows);
        means[first + index] = own.reduce((sum, value) => sum + value, 0) / background.rows;
      }
    }
    return means;
  };
}

/** `[masks · background rows, values]`. */
function mixedRows(
  { row, background }: CoalitionGame,
  passages: readonly Passage[],
  masks: Float32Array,
  count: number,
): Float32Array {
  const x = new Float32Array(count * background.x.length);
  for (let index = 0; index < count; index += 1) {
    const start = index * background.x.length;
    x.set(background.x, start);
    passages.forEach(({ ranges }, passage) => {
      if (masks[index * passages.length + passage] !== 1) return;
      for (let at = start; at < start + background.x.length; at += background.values) {
        for (const [from, to] of ranges) x.set(row.subarray(from, to), at + from);
      }
    });
  }
  return x;
}
