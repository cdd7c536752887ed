/** The step `predict` with a model that writes a text. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import { corpusBleu } from '../ml/audit/bleu.ts';
import type { WrittenTexts } from '../ml/model.ts';
import type { ModelOnData } from './model-on-data.ts';
import type { PredictedTexts, PredictStep } from './step-types.ts';
import type { StepContext } from './step.ts';
import { exactShare, GREEDY, wordPairs, writePart } from './writer-on-data.ts';

/**
 * Writes the text of every row of a part.
 *
 * @throws PipelineError `SPEC_UNSUPPORTED` for rules of flagging, which are of classes; as `writePart`.
 */
export async function predictTexts(
  input: ModelOnData & Pick<PredictStep['with'], 'flag' | 'decoding'>,
  context: StepContext,
): Promise<PredictedTexts> {
  if (input.flag) throw noFlags();
  const decoding = input.decoding ?? GREEDY;
  const { part, rows } = await writePart({ ...input, decoding }, context);
  const texts: WrittenTexts = {
    part: input.part,
    decoding,
    rows: rows.map(({ written, reference, confidence, isExact }, row) => ({
      sourceRow: part.sourceRows[row] as number,
      text: written.text,
      reference: reference.text,
      isExact,
      confidence,
    })),
  };
  return {
    texts: await context.store.putJson(texts, MEDIA_TYPE.texts),
    rows: rows.length,
    exactMatch: exactShare(rows),
    bleu: corpusBleu(wordPairs(rows)).value,
  };
}

function noFlags(): PipelineError {
  return new PipelineError(
    'SPEC_UNSUPPORTED',
    'predict: `flag` is for probabilities of classes, and the model writes a text',
    { remedy: 'remove `flag`' },
  );
}
