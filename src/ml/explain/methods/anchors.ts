import { likeliestClass } from '../../audit/metrics.ts';
import { CounterRandom } from '../../random.ts';
import { anchorSearch, type AnchorGame } from '../anchors/anchor-search.ts';
import { columnPredicates, wordPredicates } from '../anchors/predicates.ts';
import { ruleSampler } from '../anchors/rule-sampler.ts';
import { sampleBackground } from '../explain-rows.ts';
import type { ExplainContext, LocalMethod, RowToExplain } from '../local-method.ts';
import { oncePerContext } from '../once-per-context.ts';

const USUAL_PRECISION = 0.95;
const USUAL_SAMPLES = 50_000;
/** As the paper's, but for a beam that looks at more than one rule of a size. */
const SEARCH = { delta: 0.1, tau: 0.15, batch: 100, beam: 4, maxPredicates: 6 } as const;
/** Training rows that drawn rows are made of, and coverage is counted over. */
const MOST_ROWS = 10_000;

export const anchorsMethod: LocalMethod = {
  reads: 'training-part',
  settings: ({ settings }) => ({
    ...SEARCH,
    precision: settings.precision ?? USUAL_PRECISION,
    samples: settings.samples ?? USUAL_SAMPLES,
    seed: settings.seed,
  }),

  async explain(target, classIndex, context) {
    const { settings, model } = context;
    const answer = await model(target.x, 1);
    const predicates = predicatesOf(target, context);
    let evaluations = 1;
    const { draw, coverage } = samplerOf(target, context, predicates);
    const game: AnchorGame = {
      predicates: predicates.length,
      coverage,
      draw: async (rule, count) => {
        context.onBatch();
        evaluations += count;
        return countAnswers(context, draw(rule, count), classIndex);
      },
    };
    const found = await anchorSearch(game, {
      ...SEARCH,
      precision: settings.precision ?? USUAL_PRECISION,
      maxSamples: settings.samples ?? USUAL_SAMPLES,
    });
    return {
      attributions: new Float64Array(),
      output: answer[classIndex]!,
      baseOutput: null,
      error: null,
      samplingError: null,
      evaluations,
      rule: {
        status: found.isPrecise ? 'found' : 'none',
        predicates: found.rule.map((index) => predicates[index]!.text),
        precision: { value: found.precision, low: found.low, high: found.high },
        coverage: found.coverage,
      },
    };
  },
};

const trainingOf = oncePerContext(({ background, settings }: ExplainContext) =>
  sampleBackground(background, MOST_ROWS, settings.seed),
);

function predicatesOf({ x }: RowToExplain, context: ExplainContext) {
  const { manifest, texts, readPassage } = context;
  return [
    ...columnPredicates(manifest.encoders, x, trainingOf(context)),
    ...wordPredicates(x, texts, readPassage),
  ];
}

function samplerOf(
  { row, x }: RowToExplain,
  context: ExplainContext,
  predicates: ReturnType<typeof predicatesOf>,
) {
  const { settings, texts } = context;
  const random = new CounterRandom({ seed: settings.seed, stream: 'explain-rules', step: row });
  return ruleSampler({ row: x, predicates, training: trainingOf(context), texts, random });
}

/** How many of the rows the model gives that class. */
async function countAnswers(
  { model, classifier, manifest }: ExplainContext,
  x: Float32Array,
  classIndex: number,
): Promise<number> {
  const rows = x.length / manifest.featureNames.length;
  const table = { values: await model(x, rows), rows, classes: classifier.classes.length };
  let count = 0;
  for (let row = 0; row < rows; row += 1) if (likeliestClass(table, row) === classIndex) count += 1;
  return count;
}
