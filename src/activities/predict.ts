/** The step `predict`: a part of a data set, or a file of new data. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import { accuracyOf, predictedClasses, type ProbabilityTable } from '../ml/audit/metrics.ts';
import type { ScoredRows } from '../ml/conformal/class-scores.ts';
import { drawSample } from '../ml/flagging/draw-sample.ts';
import { type FlaggedRow, flagRows, limitFlagged, type SetRule } from '../ml/flagging/flag-rows.ts';
import type { PredictedSets, Predictions, RowSelection } from '../ml/model.ts';
import { setsOnData } from './conformal-sets-on-data.ts';
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
    const sets = await findSets(input, { table, sourceRows: part.sourceRows }, context);
    const found = flag(table, input.flag, sets && { ...sets, classes: classifier.classes });
    const kept = limitFlagged(found, input.flag?.maxItems);
    const predictions: Predictions = {
      part: input.part,
      classes: classifier.classes,
      sourceRows: Array.from(part.sourceRows),
      labels: Array.from(part.y),
      probabilities: rowsOf(table),
      ...(sets && { conformal: sets }),
    };
    const selection: RowSelection = {
      part: input.part,
      rows: kept.map(({ row, reason, sampled }) => ({
        row,
        sourceRow: part.sourceRows[row] as number,
        reason,
        ...(sampled && { sampled }),
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

async function findSets(
  { flag, model }: Pick<Input, 'flag' | 'model'>,
  rows: ScoredRows,
  context: StepContext,
): Promise<PredictedSets | null> {
  if (flag?.conformal === undefined) return null;
  return setsOnData({ calibration: flag.conformal, model, rows }, context);
}

function flag(
  table: ProbabilityTable,
  rules: Input['flag'],
  conformal: SetRule | null,
): FlaggedRow[] {
  if (rules === undefined) return [];
  const { confidenceBelow, marginBelow, sample } = rules;
  return flagRows(table, {
    ...(confidenceBelow !== undefined && { confidenceBelow }),
    ...(marginBelow !== undefined && { marginBelow }),
    ...(conformal && { conformal }),
    ...(sample && { sample: drawSample(table.rows, sample) }),
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
