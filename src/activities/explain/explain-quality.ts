/** Beside the explanations of the step `explain`: how far each can be relied on. */
import { PipelineError } from '../../errors.ts';
import { loadUntrained, type Classifier } from '../../ml/classifier.ts';
import { predictionFunction } from '../../ml/explain/classifier-functions.ts';
import { sampleBackground } from '../../ml/explain/explain-rows.ts';
import type { ExplainContext, LocalMethod, RowToExplain } from '../../ml/explain/local-method.ts';
import type { RowBlock } from '../../ml/explain/model-function.ts';
import { measureQuality, meanOf } from '../../ml/explain/quality/measure-quality.ts';
import { rankCorrelation } from '../../ml/explain/quality/rank-correlation.ts';
import { doubtsOf } from '../../ml/explain/reliability.ts';
import type { RowExplanation } from '../../ml/model.ts';
import type { ContextOf } from './explain-context.ts';
import type { ExplainStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';

type Input = ExplainStep['with'];
type Figures = ExplainStep['outputs']['quality'];

export interface Explained {
  readonly target: RowToExplain;
  readonly row: RowExplanation;
}

const SEEDS = 2 ** 32;
/**
 * Standard deviations, 1/√(n − 1) for n values without any relation, that the bound must be away
 * from 0: three values are in the same order once in six times by chance.
 */
const CHANCE = 3;

/** Explains rows under other seeds too, and takes out and puts in what matters. */
export async function withQuality(
  explained: readonly Explained[],
  method: LocalMethod,
  { input, contextOf }: { readonly input: Input; readonly contextOf: ContextOf },
): Promise<RowExplanation[]> {
  const context = contextOf(input.seed);
  const draws = 'seed' in method.settings(context);
  const others = Array.from({ length: draws ? input.quality.seeds - 1 : 0 }, (_, index) =>
    contextOf((input.seed + index + 1) % SEEDS),
  );
  const absent = absentRows(context, input);
  const options = { method, context, others, absent, ...input.quality };
  const rows: RowExplanation[] = [];
  for (const { target, row } of explained) {
    context.onBatch();
    const quality = await measureQuality(target, row, options);
    rows.push({ ...row, quality, doubts: doubtsOf({ ...row, quality }, input.quality) });
  }
  return rows;
}

/** Of methods that read no rows nothing is zero, as it is for them. */
function absentRows({ background }: ExplainContext, input: Input): RowBlock {
  const { rows, values } = background;
  if (rows === 0) return { x: new Float32Array(values), rows: 1, values };
  return sampleBackground(background, input.background, input.seed);
}

export interface Untrained {
  /** Mean rank correlation with the explanations of the untrained model. */
  readonly correlation: number | null;
  readonly doubt: string | null;
}

/**
 * Explanations that do not change when all that was learned is taken away do not explain it.
 *
 * @see Adebayo et al. 2018, Sanity Checks for Saliency Maps, arXiv:1810.03292
 */
export async function compareWithUntrained(
  explained: readonly Explained[],
  method: LocalMethod,
  { input, contextOf }: { readonly input: Input; readonly contextOf: ContextOf },
  context: StepContext,
): Promise<Untrained> {
  const some = explained
    .filter(({ row }) => row.attributions.length > 0)
    .slice(0, input.quality.untrainedRows);
  const classifier = some.length === 0 ? null : await openUntrained(input, context);
  if (!classifier) return { correlation: null, doubt: null };
  try {
    const model = predictionFunction(classifier);
    const given = { ...contextOf(input.seed), classifier, model };
    const correlations: number[] = [];
    let compared = 0;
    for (const { target, row } of some) {
      const other = await method.explain(target, row.classIndex, given);
      const [own, untrained] = whereEither(row.attributions, other.attributions);
      const correlation = rankCorrelation(own, untrained);
      if (correlation !== null) correlations.push(correlation);
      compared += Math.max(0, new Set(own).size - 1);
    }
    const correlation = meanOf(correlations);
    const bound = input.quality.maxUntrainedCorrelation;
    const isTelling = compared >= (CHANCE / bound) ** 2;
    const isTooAlike = isTelling && correlation !== null && Math.abs(correlation) > bound;
    const doubt = isTooAlike
      ? `rank correlation with the untrained model ${Number(correlation.toPrecision(3))} > ${bound}`
      : null;
    return { correlation, doubt };
  } finally {
    classifier.dispose();
  }
}

/** What neither uses would be a tie of hundreds of values, and look like agreement. */
function whereEither(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): [readonly number[], readonly number[]] {
  const kept = Array.from({ length: a.length }, (_, index) => index).filter(
    (index) => a[index] !== 0 || b[index] !== 0,
  );
  return [kept.map((index) => a[index] as number), kept.map((index) => b[index] as number)];
}

async function openUntrained(input: Input, context: StepContext): Promise<Classifier | null> {
  try {
    return await loadUntrained(context.store, input.model, input.seed);
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'SPEC_UNSUPPORTED') throw error;
    context.log('info', `explain: not compared with an untrained model: ${error.message}`);
    return null;
  }
}

export function figuresOf(rows: readonly RowExplanation[], { correlation }: Untrained): Figures {
  const measured = rows.flatMap(({ quality }) => quality ?? []);
  const gains = measured.flatMap(({ deletion, insertion }) =>
    deletion === null || insertion === null ? [] : [insertion - deletion],
  );
  return {
    doubtfulRows: rows.filter(({ doubts = [] }) => doubts.length > 0).length,
    rankCorrelation: meanOf(measured.flatMap((one) => one.rankCorrelation ?? [])),
    topJaccard: meanOf(measured.flatMap((one) => one.topJaccard ?? [])),
    faithfulness: meanOf(gains),
    untrainedCorrelation: correlation,
  };
}
