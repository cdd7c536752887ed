import { suggest } from '../../../did-you-mean.ts';
import { PipelineError } from '../../../errors.ts';
import { decodeValues, widthOf } from '../../../data/encoders/encodings.ts';
import { likeliestClass } from '../../audit/metrics.ts';
import type { CounterfactualFound, CounterfactualMissing } from '../../model.ts';
import { missGradientFunction } from '../classifier-functions.ts';
import { changeableColumns } from '../counterfactual/changeable-columns.ts';
import { findCounterfactual } from '../counterfactual/find-counterfactual.ts';
import type { MissGradient } from '../counterfactual/wachter-search.ts';
import { sampleBackground } from '../explain-rows.ts';
import type { ExplainContext, LocalMethod, RowToExplain } from '../local-method.ts';
import type { ModelFunction, RowBlock } from '../model-function.ts';
import { oncePerContext } from '../once-per-context.ts';

/** The reference wants 1.0 with a tolerance of 0.05. */
const USUAL_REACH = 0.95;
/** Of "any other class": the likeliest of them. */
const MOST_TARGETS = 3;
/** Training rows that are looked at as examples of a class. */
const MOST_EXAMPLES = 2_000;

/** Errors: `SPEC_INVALID` for a class or a column that there is not. */
export const counterfactualMethod: LocalMethod = {
  reads: 'training-part',
  settings: ({ settings }) => ({
    targetClass: settings.targetClass ?? 'any other',
    targetProbability: settings.targetProbability ?? USUAL_REACH,
    actionable: JSON.stringify(settings.actionable ?? {}),
    seed: settings.seed,
  }),

  async explain(target, classIndex, context) {
    let evaluations = 0;
    const miss = missGradientFunction(context.classifier);
    const model: ModelFunction = (x, rows) => {
      evaluations += rows;
      return context.model(x, rows);
    };
    const gradient: MissGradient = (x, rows, wanted) => {
      evaluations += rows;
      return miss(x, rows, wanted);
    };
    const probabilities = await model(target.x, 1);
    const found = await search(target, context, { classIndex, probabilities, model, gradient });
    return {
      attributions: new Float64Array(),
      output: probabilities[classIndex]!,
      baseOutput: null,
      error: null,
      samplingError: null,
      evaluations,
      counterfactual: found,
    };
  },
};

interface OwnAnswer {
  readonly classIndex: number;
  readonly probabilities: ArrayLike<number>;
  /** They count what is asked. */
  readonly model: ModelFunction;
  readonly gradient: MissGradient;
}

async function search(
  { x }: RowToExplain,
  context: ExplainContext,
  own: OwnAnswer,
): Promise<CounterfactualFound | CounterfactualMissing> {
  const { classifier, settings, onBatch } = context;
  const { targetClass: wanted = null } = settings;
  const targets = targetsOf(context, own);
  const none = (reason: string) => ({ status: 'none' as const, class: wanted, reason });
  if (targets.length === 0) return none('the row is of that class already');
  const space = { row: x, columns: sharedOf(context).columns };
  if (space.columns.length === 0) return none('no column may change');
  const examples = await sharedOf(context).examples();
  const found = await findCounterfactual({
    space,
    model: own.model,
    gradient: own.gradient,
    targets,
    reach: settings.targetProbability ?? USUAL_REACH,
    examples,
    onBatch,
  });
  if (!found) return none('no row within the bounds was found that the model answers so');
  return {
    status: 'found',
    class: classifier.classes[found.classIndex] ?? '',
    probability: found.probability,
    distance: found.distance,
    changes: changesOf(context, x, found.x),
  };
}

function targetsOf(
  { classifier: { classes }, settings: { targetClass } }: ExplainContext,
  { classIndex, probabilities }: Pick<OwnAnswer, 'classIndex' | 'probabilities'>,
): number[] {
  const others = classes.map((_, index) => index).filter((index) => index !== classIndex);
  if (targetClass === undefined) {
    others.sort((a, b) => probabilities[b]! - probabilities[a]!);
    return others.slice(0, MOST_TARGETS);
  }
  if (!classes.includes(targetClass)) {
    throw new PipelineError('SPEC_INVALID', `explain: there is no class "${targetClass}"`, {
      remedy: suggest(targetClass, classes, 'classes'),
    });
  }
  return others.filter((index) => classes[index] === targetClass);
}

/** Every column that is another, as people read it. */
function changesOf(
  { manifest }: ExplainContext,
  row: Float32Array,
  other: Float32Array,
): CounterfactualFound['changes'] {
  let at = 0;
  return manifest.encoders.flatMap((encoder) => {
    const [from, to] = [row, other].map((one) => one.subarray(at, at + widthOf(encoder)));
    at += widthOf(encoder);
    if (!from || !to || from.every((value, index) => value === to[index])) return [];
    const after = decodeValues(encoder, to);
    return decodeValues(encoder, from).map(([feature, value], index) => ({
      feature,
      from: value,
      to: after[index]?.[1] ?? null,
    }));
  });
}

const sharedOf = oncePerContext((context: ExplainContext) => {
  const { manifest, background, settings } = context;
  let known: Promise<(classIndex: number) => RowBlock> | undefined;
  return {
    columns: changeableColumns(manifest.encoders, background, settings.actionable),
    examples: () => (known ??= examplesByClass(context)),
  };
});

/** Rows of the training part, by the class that the model gives them. */
async function examplesByClass({ model, classifier, background, settings }: ExplainContext) {
  const some = sampleBackground(background, MOST_EXAMPLES, settings.seed);
  const { values } = some;
  const classes = classifier.classes.length;
  const table = { values: await model(some.x, some.rows), rows: some.rows, classes };
  const answers = Array.from({ length: some.rows }, (_, row) => likeliestClass(table, row));
  return (classIndex: number): RowBlock => {
    const own = Array.from(answers.keys()).filter((row) => answers[row] === classIndex);
    const x = new Float32Array(own.length * values);
    own.forEach((row, index) => {
      x.set(some.x.subarray(row * values, (row + 1) * values), index * values);
    });
    return { x, rows: own.length, values };
  };
}
