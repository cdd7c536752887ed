import { PipelineError } from '../../errors.ts';
import { CounterRandom } from '../random.ts';
import type { Classifier } from '../classifier.ts';
import type { Explanations, RowExplanation } from '../model.ts';
import { likeliestClass } from '../audit/metrics.ts';
import {
  differentiableFunction,
  gradientFunction,
  predictionFunction,
} from './classifier-functions.ts';
import { exactShap } from './exact-shap.ts';
import { integratedGradients } from './integrated-gradients.ts';
import { kernelShap } from './kernel-shap.ts';
import type { Attribution, RowBlock } from './model-function.ts';
import { passageShap } from './passage-shap.ts';
import { passagesOf, type Passage, type TokenSlice } from './passages.ts';

export type ExplainMethod = Explanations['method'];

export interface ExplainOptions {
  readonly method: ExplainMethod;
  readonly classifier: Classifier;
  /** SHAP: rows that stand for absent features. */
  readonly background: RowBlock;
  /** kernel-shap: coalitions. */
  readonly samples: number | undefined;
  /** integrated-gradients: nodes to begin with. */
  readonly steps: number;
  /** passage-shap: where texts are in a row, and how long passages are. */
  readonly texts: readonly TokenSlice[];
  readonly passageTokens: number;
  /** passage-shap: a passage of a row as people read it. */
  readonly readPassage: (row: Float32Array, passage: Passage) => string;
  readonly seed: number;
  /** Called between model calls: heartbeats; throws to stop. */
  readonly onBatch: () => void;
}

export interface RowToExplain {
  /** Index within the part; also names the random draws, so that a row's are its own. */
  readonly row: number;
  readonly sourceRow: number;
  /** `[values]`. */
  readonly x: Float32Array;
}

/**
 * Explains the predicted class of one row by one method.
 *
 * @throws PipelineError `MODEL_INVALID` if the model's answers are not finite; otherwise as the
 * method.
 */
export async function explainRow(
  target: RowToExplain,
  options: ExplainOptions,
): Promise<RowExplanation> {
  const { classifier } = options;
  const values = await classifier.predict(target.x, 1);
  const classes = classifier.classes.length;
  const classIndex = likeliestClass({ values, rows: 1, classes }, 0);
  const found = await attribute(target, classIndex, options);
  requireFinite(found, target);
  return {
    row: target.row,
    sourceRow: target.sourceRow,
    classIndex,
    output: found.output,
    baseOutput: found.baseOutput,
    attributions: Array.from(found.attributions),
    error: found.error,
    samplingError: found.samplingError,
    evaluations: found.evaluations,
    ...('passages' in found && { passages: found.passages }),
  };
}

function requireFinite({ error }: Attribution, { row, sourceRow }: RowToExplain): void {
  if (Number.isFinite(error)) return;
  throw new PipelineError(
    'MODEL_INVALID',
    `the model's answers around row ${row} (source row ${sourceRow}) are not finite`,
    { remedy: 'scale the features, or train the model again with a lower learning rate' },
  );
}

type Found = Attribution & Pick<RowExplanation, 'passages'>;

async function attribute(
  { row, x }: RowToExplain,
  classIndex: number,
  options: ExplainOptions,
): Promise<Found> {
  const { classifier, background, method, onBatch, samples, seed, steps } = options;
  const game = { model: predictionFunction(classifier), row: x, background, classIndex, onBatch };
  switch (method) {
    case 'exact-shap':
      return exactShap(game);
    case 'kernel-shap': {
      const random = new CounterRandom({ seed, stream: 'explain-coalitions', step: row });
      return kernelShap(game, { samples, random });
    }
    case 'passage-shap': {
      const passages = passagesOf(x, options.texts, options.passageTokens);
      const random = new CounterRandom({ seed, stream: 'explain-coalitions', step: row });
      const found = await passageShap(game, passages, { samples, random });
      const read = (passage: Passage, index: number) => ({
        text: options.readPassage(x, passage),
        value: found.ofPassages[index] as number,
      });
      return { ...found, passages: passages.map(read) };
    }
    case 'integrated-gradients':
      return integratedGradients({
        model: differentiableFunction(classifier),
        gradient: gradientFunction(classifier),
        row: x,
        classIndex,
        steps,
        onBatch,
      });
  }
}

/**
 * A seeded sample of rows without replacement, in row order; all rows where there are fewer.
 */
export function sampleBackground(block: RowBlock, rows: number, seed: number): RowBlock {
  const random = new CounterRandom({ seed, stream: 'explain-background' });
  const chosen = random.permutation(block.rows).subarray(0, rows).toSorted();
  const x = new Float32Array(chosen.length * block.values);
  chosen.forEach((row, index) => {
    x.set(block.x.subarray(row * block.values, (row + 1) * block.values), index * block.values);
  });
  return { x, rows: chosen.length, values: block.values };
}
