import { PipelineError } from '../../errors.ts';
import { likeliestClass } from '../audit/metrics.ts';
import { drawRows, takeRows } from '../draw-rows.ts';
import type { RowExplanation } from '../model.ts';
import type { ExplainContext, Found, LocalMethod, RowToExplain } from './local-method.ts';
import type { RowBlock } from './model-function.ts';

/**
 * Explains the predicted class of one row by one method.
 *
 * @throws PipelineError `MODEL_INVALID` if the model's answers are not finite; otherwise as the
 * method.
 */
export async function explainRow(
  target: RowToExplain,
  method: LocalMethod,
  context: ExplainContext,
): Promise<RowExplanation> {
  const values = await context.model(target.x, 1);
  const classes = context.classifier.classes.length;
  const classIndex = likeliestClass({ values, rows: 1, classes }, 0);
  const { attributions, ...found } = await method.explain(target, classIndex, context);
  requireFinite({ attributions, ...found }, target);
  const { row, sourceRow } = target;
  return { row, sourceRow, classIndex, attributions: Array.from(attributions), ...found };
}

function requireFinite({ attributions, output }: Found, { row, sourceRow }: RowToExplain): void {
  if (Number.isFinite(output) && attributions.every(Number.isFinite)) return;
  throw new PipelineError(
    'MODEL_INVALID',
    `the model's answers around row ${row} (source row ${sourceRow}) are not finite`,
    { remedy: 'scale the features, or train the model again with a lower learning rate' },
  );
}

/**
 * A seeded sample of rows without replacement, in row order; all rows where there are fewer.
 */
export function sampleBackground(block: RowBlock, rows: number, seed: number): RowBlock {
  const chosen = drawRows(block.rows, rows, { seed, stream: 'explain-background' });
  const x = takeRows(block.x, block.values, chosen);
  return { x, rows: chosen.length, values: block.values };
}
