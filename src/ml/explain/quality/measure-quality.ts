/** What an explanation can be relied on for: measured beside it, by the same model. */
import type { ExplanationQuality, RowExplanation } from '../../model.ts';
import type { ExplainContext, LocalMethod, RowToExplain } from '../local-method.ts';
import type { RowBlock } from '../model-function.ts';
import { deletionInsertion } from './deletion-insertion.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { topJaccard } from './top-jaccard.ts';

export interface QualityOptions {
  readonly method: LocalMethod;
  /** One with which the row was explained. */
  readonly context: ExplainContext;
  /** The same method under other seeds; none where it draws nothing. */
  readonly others: readonly ExplainContext[];
  /** What stands for a value that is taken out. */
  readonly absent: RowBlock;
  /** Values that count as the most important ones. */
  readonly top: number;
  /** Parts in which values are taken out and put in; 0 for not at all. */
  readonly steps: number;
}

/** @returns `null` for what is no weight of values, such as a rule. */
export async function measureQuality(
  target: RowToExplain,
  explained: RowExplanation,
  options: QualityOptions,
): Promise<ExplanationQuality | null> {
  const { attributions } = explained;
  if (attributions.length === 0) return null;
  return {
    ...(await stability(target, explained, options)),
    ...(await faithfulness(target, explained, options)),
  };
}

type Stability = Pick<ExplanationQuality, 'seeds' | 'rankCorrelation' | 'topJaccard'>;

async function stability(
  target: RowToExplain,
  { attributions, classIndex }: RowExplanation,
  { method, others, top }: QualityOptions,
): Promise<Stability> {
  const correlations: number[] = [];
  const shares: number[] = [];
  for (const context of others) {
    const again = await method.explain(target, classIndex, context);
    const correlation = rankCorrelation(attributions, again.attributions);
    if (correlation !== null) correlations.push(correlation);
    shares.push(topJaccard(attributions, again.attributions, top));
  }
  return {
    seeds: others.length + 1,
    rankCorrelation: meanOf(correlations),
    topJaccard: meanOf(shares),
  };
}

async function faithfulness(
  { x }: RowToExplain,
  { attributions, classIndex }: RowExplanation,
  { context, absent, steps }: QualityOptions,
): Promise<Pick<ExplanationQuality, 'deletion' | 'insertion'>> {
  if (steps === 0) return { deletion: null, insertion: null };
  const { model, onBatch } = context;
  const game = { model, row: x, background: absent, classIndex, onBatch };
  return deletionInsertion(game, attributions, steps);
}

export function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
