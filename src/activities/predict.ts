/** The step `predict`: a part of a data set, or a file of new data. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import { accuracyOf, predictedClasses, type ProbabilityTable } from '../ml/audit/metrics.ts';
import { flagRows } from '../ml/flagging/flag-rows.ts';
import type { Predictions, RowSelection } from '../ml/model.ts';
import { predictRows, requireRows, withModelOnData, type ModelOnData } from './model-on-data.ts';
import { predictSourceFile } from './predict-source-file.ts';
import { predictTexts } from './predict-texts.ts';
import type { PredictedPart, PredictStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';
import { translateSourceFile } from './translate-source-file.ts';
import { GREEDY, isWriter } from './writer-on-data.ts';

type Input = PredictStep['with'];

export const predictStep: Step<Input, PredictStep['outputs']> = {
  kind: 'predict',

  async run(input, context) {
    const { dataset, file, decoding } = input;
    const writes = await isWriter(input.model, context.store);
    if (!writes && decoding) throw noDecoding();
    if (dataset !== undefined && file === undefined) {
      const onData = { ...input, dataset };
      return writes ? predictTexts(onData, context) : predictPart(onData, context);
    }
    if (file !== undefined && dataset === undefined) {
      return writes
        ? translateSourceFile({ ...input, file, decoding: decoding ?? GREEDY }, context)
        : predictSourceFile({ ...input, file }, context);
    }
    throw new PipelineError('SPEC_INVALID', 'predict needs either `dataset` or `file`', {
      remedy: 'give one of them',
    });
  },
};

/**
 * Predicts every row of a part, and flags those that a person should see, the least confident
 * first.
 *
 * @throws PipelineError `SHAPE_MISMATCH` if model and data do not fit; `DATA_INVALID` for a part
 * without rows; `MODEL_INVALID` if a probability is not finite.
 */
function predictPart(
  input: ModelOnData & Pick<Input, 'flag'>,
  context: StepContext,
): Promise<PredictedPart> {
  return withModelOnData(input, context, async ({ classifier, part }) => {
    requireRows(part, input.part);
    const table = await predictRows(classifier, part, context);
    const found = input.flag ? flagRows(table, input.flag) : [];
    const kept = found.slice(0, input.flag?.maxItems);
    const predictions: Predictions = {
      part: input.part,
      classes: classifier.classes,
      sourceRows: Array.from(part.sourceRows),
      labels: Array.from(part.y),
      probabilities: rowsOf(table),
    };
    const selection: RowSelection = {
      part: input.part,
      rows: kept.map(({ row, reason }) => ({
        row,
        sourceRow: part.sourceRows[row] as number,
        reason,
      })),
    };
    return {
      predictions: await context.store.putJson(predictions, MEDIA_TYPE.predictions),
      flagged: await context.store.putJson(selection, MEDIA_TYPE.rows),
      rows: part.rows,
      flaggedRows: kept.length,
      flaggedBeforeLimit: found.length,
      accuracy: accuracyOf(part.y, predictedClasses(table)),
    };
  });
}

function noDecoding(): PipelineError {
  const message = 'predict: `decoding` is for models that write a text, and this one gives classes';
  return new PipelineError('SPEC_INVALID', message, { remedy: 'remove `decoding`' });
}

/** `[rows][classes]`. */
function rowsOf({ values, rows, classes }: ProbabilityTable): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: classes }, (_, index) => values[row * classes + index] ?? NaN),
  );
}
